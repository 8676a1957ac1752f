"""The story: who asks for what, and what the law lets them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from plumbline.demo import city
from plumbline.demo.stage import Answer, Stage


class Unexpected(Exception):
    """A step did not come out as the law says."""


class Story:
    """Plays the steps in order; `tell` shows each as it happens: who, what, and how it came out."""

    def __init__(self, stage: Stage, today: date, tell: Callable[[str, str, Answer | None], None]) -> None:
        self.stage, self.today, self.tell = stage, today, tell
        self.bureau = self.officer = ""

    def play(self) -> None:
        """All of it."""
        self.a_notice_is_no_source()
        self.the_bureau_is_confirmed()
        self.who_gets_a_certificate()
        self.questions()
        self.killed_in_between()
        self.the_bureau_is_suspended()
        self.the_bureau_is_revoked()

    def _do(self, who: str, what: str, path: str, body: dict[str, Any], expect: int | str) -> dict[str, Any]:
        """Take a step; `expect` is a status, or the code of the refusal."""
        answer = self.stage.call("POST", path, body)
        self.tell(who, what, answer)
        if expect not in (answer.status, answer.body.get("code")):
            raise Unexpected(f"{what}: {answer.status} {answer.body.get('code')} {answer.body.get('detail')}")
        return answer.body

    def _ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def a_notice_is_no_source(self) -> None:
        """A body that rests on a mere notice is refused, with every article."""
        application = city.bureau(self.today, bases=[city.notice(self._ago(400))])
        weak = self._do("某单位", "凭一份通知申报处罚权", "/v1/subjects", application, 201)
        confirmation = {"occurredOn": self._ago(29), "staffingOpinion": self._opinion()}
        self._do(
            "司法局", "审核其主体资格", f"/v1/subjects/{weak['id']}/confirmations", confirmation, "BASIS_INSUFFICIENT"
        )

    def _opinion(self) -> dict[str, Any]:
        return {"agrees": True, "documentNo": "武编办函〔2026〕9号", "issuedOn": self._ago(29)}

    def the_bureau_is_confirmed(self) -> None:
        """The same body with a statute behind it."""
        self.bureau = self._do("食品局", "依食品安全法申报", "/v1/subjects", city.bureau(self.today), 201)["id"]
        confirmation = {"occurredOn": self._ago(28), "staffingOpinion": self._opinion()}
        self._do("司法局", "会同编办确认主体资格", f"/v1/subjects/{self.bureau}/confirmations", confirmation, 200)

    def who_gets_a_certificate(self) -> None:
        """One exam is not enough, an assistant never gets one."""
        path = "/v1/officers"
        self._until(lambda: self._known(), "personnel hears of the bureau")
        member = city.officer(self.bureau, "演示甲", "ADMINISTRATIVE", self.today)
        self.officer = self._do("食品局", "登记执法人员甲", path, member, 201)["id"]
        helper = city.officer(self.bureau, "演示乙", "AUXILIARY", self.today)
        assistant = self._do("食品局", "登记辅助人员乙", path, helper, 201)["id"]
        self._exam("PUBLIC_LAW")
        wanted = city.certificate("HB-DEMO-0001", self.today)
        self._do("省政府发证", "只考一门就给甲发证", f"{path}/{self.officer}/certificates", wanted, "CERT_ELIGIBILITY")
        self._exam("PROFESSIONAL_LAW")
        self._do("省政府发证", "两门合格后给甲发证", f"{path}/{self.officer}/certificates", wanted, 201)
        other = city.certificate("HB-DEMO-0002", self.today)
        self._do("省政府发证", "给辅助人员乙发证", f"{path}/{assistant}/certificates", other, "CERT_ELIGIBILITY")

    def _known(self) -> bool:
        trial = city.officer(self.bureau, "演示丙", "WORKER", self.today)
        return self.stage.call("POST", "/v1/officers", trial).status == 201

    def _exam(self, kind: str) -> None:
        exam = {"kind": kind, "score": "86", "occurredOn": self._ago(15)}
        self._do("司法局", f"登记考试成绩（{'公共' if kind == 'PUBLIC_LAW' else '专业'}法律知识）",
                 f"/v1/officers/{self.officer}/exams", exam, 200)  # fmt: skip

    def questions(self) -> None:
        """The questions every other service asks."""
        self._may_act(0, True)
        self._can_act(0, True)

    def _may_act(self, days_ago: int, expected: bool) -> None:
        question = {
            "subjectId": self.bureau, "on": self._ago(days_ago), "region": city.WUAN, "powerItemCode": city.ITEM,
        }  # fmt: skip
        what = f"{question['on']} 该局可否处罚？"
        answer = self._do("市公安局", what, "/v1/subjects/right-to-act-questions", {"questions": [question]}, 200)
        self._expect(what, answer, expected)

    def _can_act(self, days_ago: int, expected: bool) -> None:
        question = {
            "officerId": self.officer, "on": self._ago(days_ago), "category": city.FIELD, "region": city.WUAN,
        }  # fmt: skip
        what = f"{question['on']} 甲可否执法？"
        answer = self._do("市公安局", what, "/v1/officers/right-to-act-questions", {"questions": [question]}, 200)
        self._expect(what, answer, expected)

    def _expect(self, what: str, answer: dict[str, Any], expected: bool) -> None:
        if answer["answers"][0]["allowed"] is not expected:
            raise Unexpected(what)

    def killed_in_between(self) -> None:
        """The whole system is killed; nothing that was answered is lost."""
        self.stage.kill()
        self.tell("（断电）", "杀死整个系统的进程（kill -9）", None)
        seconds = self.stage.start()
        self.tell("（恢复）", f"{seconds:.1f} 秒后恢复，已办事项一件不少", None)
        self._may_act(0, True)

    def the_bureau_is_suspended(self) -> None:
        """Suspension bars from its first day, and changes no earlier day."""
        suspension = {
            "occurredOn": self._ago(2), "until": (self.today + timedelta(days=30)).isoformat(),
            "ground": "年度清理发现问题", "legalGround": "实施意见一（三）3",
        }  # fmt: skip
        self._do("司法局", "暂停该局执法主体资格", f"/v1/subjects/{self.bureau}/suspensions", suspension, 200)
        self._may_act(0, False)
        self._may_act(5, True)

    def the_bureau_is_revoked(self) -> None:
        """Personnel hears of the revocation, and its officers stop."""
        revocation = {"occurredOn": self._ago(1), "reason": "机构撤并", "legalGround": "实施意见一（三）3"}
        self._do("司法局", "取消该局主体资格", f"/v1/subjects/{self.bureau}/revocations", revocation, 200)
        self._until(lambda: self._certificate() != "VALID", "personnel hears of the revocation")
        self.tell("人员系统", f"听到取消资格的消息，甲的证件状态变为 {self._certificate()}", None)
        self._can_act(0, False)
        self._can_act(5, True)

    def _certificate(self) -> str:
        return self.stage.call("GET", "/v1/certificates/HB-DEMO-0001").body["status"]

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        give_up = time.monotonic() + 10
        while not condition():
            if time.monotonic() > give_up:
                raise Unexpected(what)
            time.sleep(0.05)
