"""Code lists that more than one service speaks: kinds, levels, statuses, fields.  Data only; each list only grows."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import yaml

#: Enforcement fields (执法领域), code → Chinese name.
FIELDS: dict[str, str] = yaml.safe_load(Path(__file__).with_name("fields.yaml").read_text(encoding="utf-8"))


class Level(StrEnum):
    """Level of government (层级)."""

    PROVINCE = "PROVINCE"  # 省
    CITY = "CITY"  # 设区的市
    COUNTY = "COUNTY"  # 县、县级市、区
    TOWNSHIP = "TOWNSHIP"  # 乡镇、街道


class SubjectKind(StrEnum):
    """What an enforcement body is (主体类型)."""

    STATUTORY = "STATUTORY"  # 法定行政机关
    AUTHORISED = "AUTHORISED"  # 法律、法规授权的组织
    CONCENTRATED = "CONCENTRATED"  # 综合执法、相对集中处罚权的机关
    TOWNSHIP = "TOWNSHIP"  # 乡镇人民政府、街道办事处
    DELEGATE = "DELEGATE"  # 受委托组织
    DISPATCHED = "DISPATCHED"  # 派出机构


class SubjectStatus(StrEnum):
    """Where a body stands (主体状态)."""

    DRAFT = "DRAFT"  # 草稿
    SUBMITTED = "SUBMITTED"  # 已申报
    UNDER_REVIEW = "UNDER_REVIEW"  # 审核中
    CONFIRMED = "CONFIRMED"  # 已确认
    PUBLISHED = "PUBLISHED"  # 已公告
    ANNUAL_REVIEW = "ANNUAL_REVIEW"  # 年度清理中
    SUSPENDED = "SUSPENDED"  # 暂停
    REVOKED = "REVOKED"  # 取消资格


class BasisKind(StrEnum):
    """What a legal basis is (职权依据类型)."""

    LAW = "LAW"  # 法律
    AREG = "AREG"  # 行政法规
    LREG = "LREG"  # 地方性法规
    RULE = "RULE"  # 规章
    SANDING = "SANDING"  # 三定规定
    TRANSFER = "TRANSFER"  # 相对集中、赋权决定
    DELEG = "DELEG"  # 委托协议
    NORM = "NORM"  # 其他规范性文件


class ActionType(StrEnum):
    """What kind of act a power item is for (权力类型)."""

    PENALTY = "PENALTY"  # 行政处罚
    LICENCE = "LICENCE"  # 行政许可
    COMPULSION = "COMPULSION"  # 行政强制
    INSPECTION = "INSPECTION"  # 行政检查
    LEVY = "LEVY"  # 行政征收
    REQUISITION = "REQUISITION"  # 行政征用
    BENEFIT = "BENEFIT"  # 行政给付
    RULING = "RULING"  # 行政裁决
    CONFIRMATION = "CONFIRMATION"  # 行政确认
    REWARD = "REWARD"  # 行政奖励
    OTHER = "OTHER"  # 其他


class PenaltyKind(StrEnum):
    """Kinds of administrative penalty (行政处罚法 第九条)."""

    WARNING = "WARNING"  # 警告
    PUBLIC_CRITICISM = "PUBLIC_CRITICISM"  # 通报批评
    FINE = "FINE"  # 罚款
    CONFISCATE_GAINS = "CONFISCATE_GAINS"  # 没收违法所得
    CONFISCATE_GOODS = "CONFISCATE_GOODS"  # 没收非法财物
    SUSPEND_LICENCE = "SUSPEND_LICENCE"  # 暂扣许可证件
    LOWER_GRADE = "LOWER_GRADE"  # 降低资质等级
    REVOKE_LICENCE = "REVOKE_LICENCE"  # 吊销许可证件
    RESTRICT_BUSINESS = "RESTRICT_BUSINESS"  # 限制开展生产经营活动
    STOP_BUSINESS = "STOP_BUSINESS"  # 责令停产停业
    CLOSE_DOWN = "CLOSE_DOWN"  # 责令关闭
    RESTRICT_OCCUPATION = "RESTRICT_OCCUPATION"  # 限制从业
    DETENTION = "DETENTION"  # 行政拘留
    OTHER = "OTHER"  # 法律、行政法规规定的其他行政处罚


class StaffingKind(StrEnum):
    """How a person is employed by a body (编制性质)."""

    ADMINISTRATIVE = "ADMINISTRATIVE"  # 行政编制
    CIVIL_SERVICE_MANAGED = "CIVIL_SERVICE_MANAGED"  # 参照公务员法管理
    PUBLIC_INSTITUTION = "PUBLIC_INSTITUTION"  # 事业编制
    WORKER = "WORKER"  # 工勤
    DISPATCHED_LABOUR = "DISPATCHED_LABOUR"  # 劳务派遣
    TEMPORARY = "TEMPORARY"  # 临时聘用
    AUXILIARY = "AUXILIARY"  # 辅助人员


class ExamKind(StrEnum):
    """Which examination before the certificate (考试类型)."""

    PUBLIC_LAW = "PUBLIC_LAW"  # 公共法律知识
    PROFESSIONAL_LAW = "PROFESSIONAL_LAW"  # 专业法律知识


class CertificateKind(StrEnum):
    """Who issues the certificate (证件类型)."""

    PROVINCIAL = "PROVINCIAL"  # 省人民政府统一颁发


class CertificateStatus(StrEnum):
    """Where a certificate stands (证件状态)."""

    VALID = "VALID"  # 有效
    SUSPENDED = "SUSPENDED"  # 暂扣
    CANCELLED = "CANCELLED"  # 注销
    EXPIRED = "EXPIRED"  # 到期


class SuspensionGround(StrEnum):
    """Why a certificate may be withheld (暂扣事由)."""

    ALTERED = "ALTERED"  # 涂改
    LENT = "LENT"  # 转借
    USED_OUTSIDE_DUTY = "USED_OUTSIDE_DUTY"  # 非公务使用
    TRAINING_REFUSED = "TRAINING_REFUSED"  # 无故拒绝培训、考核
    ASSESSMENT_FAILED = "ASSESSMENT_FAILED"  # 年度考核不合格


class CancellationCause(StrEnum):
    """Why a certificate was cancelled (注销事由)."""

    LEFT_POST = "LEFT_POST"  # 离开执法岗位
    SUBJECT_REVOKED = "SUBJECT_REVOKED"  # 所在单位被取消主体资格
    INSPECTION_FAILED = "INSPECTION_FAILED"  # 年检不合格
    RETURNED = "RETURNED"  # 交回


class LeavingReason(StrEnum):
    """Why an officer is no longer in the post (离岗事由)."""

    OFF_ENFORCEMENT = "OFF_ENFORCEMENT"  # 调离执法岗位
    TRANSFERRED = "TRANSFERRED"  # 调出
    RETIRED = "RETIRED"  # 退休
    RESIGNED = "RESIGNED"  # 离职
    DIED = "DIED"  # 死亡
    SUBJECT_REVOKED = "SUBJECT_REVOKED"  # 所在单位被取消主体资格
