"""Providers of e-mail that anybody may have an address at: two people there need not know each other.

The list is short on purpose. A provider that is missing costs a manager one "not a conflict"; a company that
stood here by mistake would hide a conflict from everybody. So it holds only providers that give an address to
whoever asks, and each was taken from the provider's own sign-up page: the large ones worldwide, and those of
the countries of the alliance (Korea, Germany, Spain, North America). Universities, agencies and incubators
are missing on purpose: a shared address there is a reason to ask.
"""

PUBLIC_MAIL = frozenset({
    # Worldwide
    "aol.com",
    "fastmail.com",
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "tuta.com",
    "tutanota.com",
    "yahoo.com",
    "ymail.com",
    "zohomail.com",
    # Korea
    "daum.net",
    "hanmail.net",
    "hotmail.co.kr",
    "kakao.com",
    "nate.com",
    "naver.com",
    "outlook.kr",
    "yahoo.co.kr",
    # Germany and its neighbours
    "freenet.de",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "hotmail.de",
    "mailbox.org",
    "outlook.de",
    "posteo.de",
    "t-online.de",
    "web.de",
    "yahoo.de",
    # Spain
    "hotmail.es",
    "outlook.es",
    "telefonica.net",
    "yahoo.es",
    # North America
    "att.net",
    "comcast.net",
    "hotmail.ca",
    "yahoo.ca",
})  # fmt: skip
