"""The instruments this service cites, and since when they are in force."""

from datetime import date

PENALTY_LAW = "中华人民共和国行政处罚法"
PENALTY_LAW_SINCE = date(2021, 7, 15)  # 第八十六条; before that day the articles had other numbers

OPINION = "关于推进基层行政执法规范化建设的实施意见"
OPINION_SINCE = date(2017, 1, 1)  # the published copy bears no date; it speaks of the state of 2016 and 2017

TRANSPORT_CERTIFICATES = "交通运输行政执法证件管理规定"  # binds transport bodies, followed as the model for the others
TRANSPORT_CERTIFICATES_SINCE = date(2011, 3, 1)


def law_day(day: date) -> date:
    """The day whose rules judge `day`: what lies before the oldest rules is judged by them, not by none."""
    return max(day, PENALTY_LAW_SINCE)
