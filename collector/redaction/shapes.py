"""Secrets that are known by their own shape, wherever they stand: part of the table of `secret_forms`.

Most issuers begin their tokens with letters of their own, so that they can be found; the beginnings are theirs.
"""

from __future__ import annotations

from collector.redaction.words import Kind, SecretForm, form

SHAPES: tuple[SecretForm, ...] = (
    form(
        "jwt",
        "service account tokens of Kubernetes, and logins that are base64 of JSON",
        kind=Kind.TOKEN,
        trigger=r"eyJ[\w-]{8}",
        pattern=r"(?P<secret>eyJ[\w+/=-]{8,}(?:\.[\w-]*){0,4})",
    ),
    form(
        "bootstrap-token",
        "kubeadm's tokens: six characters, a point, sixteen; letters and digits in both",
        kind=Kind.TOKEN,
        trigger=r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b",
        pattern=r"(?-i:(?P<secret>(?<![\w.-])(?=[a-z.]*\d)[a-z0-9]{6}\.(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{16}(?![\w.-])))",
    ),
    form(
        "cluster-token",
        "tokens by which servers join k3s, and those of OpenShift and Rancher",
        kind=Kind.TOKEN,
        trigger=r"(?:\bK10[0-9a-f]{48}|\bsha256~[\w-]{30}|\b(?:kubeconfig-[\w-]{1,40}|token-[a-z0-9]{5}):[a-z0-9]{40})",
        pattern=r"(?P<secret>[\w~-]+(?:::?[\w.:-]+)?)",
    ),
    form(
        "pem-base64",
        "keys in a kubeconfig",
        kind=Kind.PRIVATE_KEY,
        trigger=r"LS0tLS1CRUdJTi",
        pattern=r"(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/=]*)",
    ),
    form(
        "pem-in-url",
        "private keys in forms that a browser sends",
        kind=Kind.PRIVATE_KEY,
        trigger=r"-----BEGIN(?:%20|\+)[\w%+]{0,60}KEY-----",
        pattern=r"-----BEGIN(?:%20|\+)[\w%+]{0,60}KEY-----(?P<secret>[^\s&\"']+)",
    ),
    form(
        "age-key",
        "keys of age and sops",
        kind=Kind.PRIVATE_KEY,
        trigger=r"AGE-SECRET-KEY-1",
        pattern=r"(?P<secret>AGE-SECRET-KEY-1\w+)",
    ),
    form(
        "known-login",
        "base64 of admin:, root: and user: followed by a password",
        kind=Kind.HTTP_LOGIN,
        trigger=r"\b(?:YWRtaW46|cm9vdD[o-r]|dXNlcj[o-r])",
        pattern=r"(?-i:(?P<secret>(?:YWRtaW46|cm9vdD[o-r]|dXNlcj[o-r])[A-Za-z0-9+/]{4,}={0,2}))",
    ),
    form(
        "crypt",
        "password hashes",
        kind=Kind.HASH,
        trigger=r"\$(?:1|2[abxy]|5|6|7|y|gy|apr1|sha1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,12})\$",
        pattern=r"(?P<secret>\$(?:1|2[abxy]|5|6|7|y|gy|apr1|sha1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,12})\$[./+\w$=,]{8,})",
    ),
    form(
        "ldap-hash",
        "password hashes of directories",
        kind=Kind.HASH,
        trigger=r"\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT)\}",
        pattern=r"\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT)\}(?P<secret>[A-Za-z0-9+/=./$]{8,})",
    ),
    form(
        "dh-chap",
        "NVMe in-band authentication",
        kind=Kind.NVME_KEY,
        trigger=r"DHHC-1:",
        pattern=r"(?P<secret>DHHC-1:\d\d:[A-Za-z0-9+/=]+:?)",
    ),
    form(
        "nvme-tls",
        "NVMe over TLS: the interchange form of a pre-shared key, and the identity with its digest",
        kind=Kind.NVME_KEY,
        trigger=r"NVMeTLSkey-1:",
        pattern=r"(?P<secret>NVMeTLSkey-1:\d\d:[A-Za-z0-9+/=]+:?)",
    ),
    form(
        "cloud-key",
        "keys of cloud providers",
        kind=Kind.PROVIDER_KEY,
        trigger=r"(?-i:\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b|\bLTAI[A-Za-z0-9]{12}|\bAKID[A-Za-z0-9]{13}"
        r"|\bAIza[\w-]{35}|\bya29\.[\w-]{20}|\bGOCSPX-[\w-]{20}|\bdo[opr]_v1_[a-f0-9]{32})",
        pattern=r"(?P<secret>[\w.-]+)",
    ),
    form(
        "code-host-token",
        "tokens of code hosts, registries of packages and chat services",
        kind=Kind.PROVIDER_KEY,
        trigger=r"(?-i:\bgh[pousr]_[A-Za-z0-9]{20}|\bgithub_pat_\w{20}|\bgl(?:pat|rt|dt|ft|cbt|ptt|soat|agent|imt)-[\w-]{16}"
        r"|\bglsa_\w{20}|\bxox[abeprs]-[\w-]{10}|\bxapp-[\w-]{10}|\bnpm_[A-Za-z0-9]{30}|\bpypi-[\w-]{30}|\bdckr_pat_[\w-]{16}"
        r"|\b[sr]k_(?:live|test)_\w{16}|\bsk-[\w-]{20}|\bSG\.[\w-]{16})",
        pattern=r"(?P<secret>[\w.-]+)",
    ),
    form(
        "chat-hook",
        "addresses to which whoever knows them can write",
        kind=Kind.PROVIDER_KEY,
        trigger=r"hooks\.slack\.com/services/",
        pattern=r"hooks\.slack\.com/services/(?P<secret>[\w/]+)",
    ),
    form(
        "vault-token",
        "tokens of Vault; those of old versions have one letter before the point",
        kind=Kind.VAULT_TOKEN,
        trigger=r"(?-i:\bhv[sbr]\.[\w-]{20}|\b[sbr]\.[A-Za-z0-9]{24}\b)",
        pattern=r"(?-i:(?P<secret>hv[sbr]\.[\w-]+|(?<![\w./-])[sbr]\.(?=[A-Za-z]*\d)(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{24}(?![\w.])))",
    ),
    form(
        "unseal-key",
        "what `vault operator init` prints",
        kind=Kind.VAULT_TOKEN,
        trigger=r"(?:unseal|recovery) key ",
        pattern=r"(?:unseal|recovery) key \d{1,2}: (?P<secret>\S+)",
    ),
    form(
        "azure-secret",
        "secrets of Azure applications, and its storage keys: 64 bytes in base64",
        kind=Kind.PROVIDER_KEY,
        trigger=r"(?-i:[\w~.-]{3}\dQ~[\w~.-]{31}|[A-Za-z0-9+/]{86}==)",
        pattern=r"(?-i:(?P<secret>[\w~.-]{3}\dQ~[\w~.-]{31,}|[A-Za-z0-9+/]{86}==))",
    ),
)
