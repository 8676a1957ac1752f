"""The instruments this service cites, and since when they are in force."""

from datetime import date

PENALTY_LAW = "中华人民共和国行政处罚法"
PENALTY_LAW_SINCE = date(2021, 7, 15)  # 第八十六条; before that day the articles had other numbers

MARKET_PROCEDURE = "市场监督管理行政处罚程序规定"  # binds market bodies, followed as the model for the others
MARKET_PROCEDURE_SINCE = date(2021, 7, 15)

OPINION = "关于推进基层行政执法规范化建设的实施意见"
OPINION_SINCE = date(2017, 1, 1)  # the published copy bears no date; it speaks of the state of 2016 and 2017

CREDIT_CODES = "法人和其他组织统一社会信用代码编码规则（GB 32100—2015）"
CREDIT_CODES_SINCE = date(2015, 10, 1)


def law_day(day: date) -> date:
    """The day whose rules judge `day`: what lies before the oldest rules is judged by them, not by none."""
    return max(day, PENALTY_LAW_SINCE)
