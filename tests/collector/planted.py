"""Two hundred made-up secrets of twenty-five kinds, as nodes and clusters really show them.

`planted()` gives them: the kind, the place, the text that holds them, and the secrets themselves.  A text holds marks:
`@pw` a password, `@word` and `@upper` letters and digits, `@hex` and `@b64` random bytes, `@pair` base64 of a login.
Every text appears several times with other secrets, the same each time.
"""

from __future__ import annotations

import base64
import itertools
import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

MARK = re.compile(r"@(pw|word|hex|b64|pair|upper)(\d*)")
SPECIAL = "!#_+-^~."


@dataclass(frozen=True, slots=True)
class Planted:
    kind: str
    place: str
    text: str
    secrets: tuple[str, ...]


def planted(count: int = 200) -> tuple[Planted, ...]:
    return tuple(itertools.islice(_all(), count))


def _all() -> Iterator[Planted]:
    for turn in itertools.count():
        for kind, places in TEXTS.items():
            for place, texts in places.items():
                for number, text in enumerate(texts):
                    yield fill(kind, place, text, random.Random(f"{turn}/{kind}/{place}/{number}"))


def fill(kind: str, place: str, text: str, chance: random.Random) -> Planted:
    secrets: list[str] = []

    def one(mark: re.Match[str]) -> str:
        shown, secret = _secret(mark[1], int(mark[2] or 0), chance)
        secrets.extend(secret)
        return shown

    filled = MARK.sub(one, text)
    return Planted(kind, place, filled, tuple(secrets))


def _secret(mark: str, size: int, chance: random.Random) -> tuple[str, tuple[str, ...]]:
    """What stands in the text, and what must not be found."""
    word = "".join(chance.choices(string.ascii_letters + string.digits, k=size or 14))
    match mark:
        case "pw":
            found = f"{word[:6]}{chance.choice(SPECIAL)}{word[6:]}"
        case "word":
            found = f"{word[:-2]}4x"  # some tokens are known by having a digit and a letter
        case "hex":
            found = chance.randbytes(size or 32).hex()
        case "b64":
            found = base64.b64encode(chance.randbytes(size or 32)).decode()
        case "upper":
            found = word.upper()
        case _:
            return base64.b64encode(f"admin:{word}".encode()).decode(), (word,)
    return found, (found,)


_PEM = "-----BEGIN RSA PRIVATE KEY-----\n@b6448\n@b6448\n@b6420\n-----END RSA PRIVATE KEY-----"
_ONE_LINE = _PEM.replace("\n", "\\n")
_JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IlIifQ.eyJ@word40.@word60"
_URL = "https://192.168.129.155:8088/deviceManager/rest"

# kind -> place -> texts
TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "array login": {
        "driver log": (
            f"Request method: POST, Url: {_URL}/xx/sessions, body: map[password:@pw scope:0 username:@word]",
            f'Response method: POST, Url: {_URL}/xx/sessions, body: {{"data":{{"iBaseToken":"@word32","level":1}}}}',
            f'Response method: POST, Url: {_URL}/xx/sessions, body: {{"deviceid":"@word","username":"@word"}}',
            "Request method: PUT, Url: https://192.0.2.9/iscsi_initiator/x, body: map[CHAPNAME:@word CHAPPASSWORD:@pw]",
            "Request method: POST, Url: https://192.0.2.9/v1.3/sec/login, body: map[password:@pw userName:@word]",
            "Login config: {UserName:@word Password:@pw AuthenticationMode:0 Urls:[https://192.0.2.9:8088]}",
            'backend config: map[string]interface {}{"password":"@pw", "urls":[]string{"https://192.0.2.9"}}',
            'error: {"msg":"login","raw":"{\\"user\\":\\"x\\",\\"password\\":\\"@pw\\",\\"scope\\":0}"}',
            'error: "{\\"raw\\":\\"{\\\\\\"password\\\\\\":\\\\\\"@pw\\\\\\",\\\\\\"scope\\\\\\":0}\\"}"',
        ),
        "pod log": (f"Request method: POST, Url: {_URL}/xx/sessions, body: map[password:@pw scope:0 username:@word]",),
    },
    "session": {
        "driver log": (
            "Set-Cookie: [session=ismsession=@word; path=/; HttpOnly]",
            "request header: map[Accept:[*/*] Cookie:[session=ismsession=@word] Ibasetoken:[@word32]]",
            'header: {"iBaseToken": ["@word32"], "Content-Type": ["application/json"]}',
        ),
        "journal_kubelet": ('GET /x "cookie: JSESSIONID=@word; theme=dark" 200', "x-auth-token: @word32"),
    },
    "iSCSI CHAP": {
        "iscsid.conf": (
            "node.session.auth.password = @pw",
            "node.session.auth.username_in = @word",
            "node.session.auth.password_in = @pw and a blank",
            "#discovery.sendtargets.auth.password = @pw",
        ),
        "iscsiadm_session": (
            "\t\tusername: @word",
            "\t\tpassword: @pw",
            "\t\tusername_in: @word",
            "\t\tpassword_in: @pw",
        ),
        "ps": ("iscsiadm -m node -T iqn.x -p 192.0.2.1 -o update -n node.session.auth.password -v @pw",),
        "driver log": (
            "Gonna run shell cmd iscsiadm -m node -o update --name node.session.auth.password --value '@pw @word'.",
            "updated 'node.session.auth.password', '' => '@pw'",
        ),
    },
    "NVMe keys": {
        "ps": (
            "nvme connect -t tcp -n nqn.x --dhchap-secret=DHHC-1:00:@b6436: --dhchap-ctrl-secret DHHC-1:01:@b6436:",
        ),
        "kernel_log": ("nvme nvme0: DHHC-1:03:@b6468: refused",),
        "driver log": ("Gonna run shell cmd nvme connect --tls_key=NVMeTLSkey-1:01:@b6436: -n nqn.x.",),
        "syslog": ("nvme gen-tls-key printed NVMeTLSkey-1:02:@b6452:",),
    },
    "password in configuration": {
        "multipath.conf": ("    password = @pw", "# root_password: @pw"),
        "modprobe.conf": ("options scsi_x chap_secret=@pw",),
        "driver log": (
            "config {Name:x Password:@pw Port:22}",
            "&{User:x Passwd:[@word @word] Host:y}",
            'Secret:v1.Secret{Data:map[string][]uint8{"password":[]uint8{0x@hex8, 0x@hex8}}}',
        ),
        "journal_kubelet": (
            "db:\n  password: |\n    @pw\n    @pw",
            'yaml "spec":\n  "password":\n    "@pw",',
            "<password>@pw</password><user>x</user>",
            "db_pass='@pw @word' db_host=x",
            "userPassword:: @b64",
            "machine git.example.com login ci password @pw",
            "CREATE USER 'x'@'%' IDENTIFIED BY '@pw'",
        ),
        "event": ("Failed: config password=@pw is wrong", 'hook said {"password": "@pw", "code": 3}'),
    },
    "command line": {
        "ps": (
            "mysqld_exporter --password=@pw --port 1",
            "tool --api-token @word --verbose",
            "tool --db-pass '@pw @word' x",
            "sshpass -p @pw ssh 192.0.2.1",
            "mysql -u root -p@pw shop",
            "redis-cli -h x -a @pw info",
            "curl -sk -u admin:@pw https://192.0.2.1/",
            "docker login -u ci -p @pw registry.example.com",
            "ctr images pull --user ci:@pw registry.example.com/x",
            "crictl pull --creds ci:@pw registry.example.com/x",
            "ipmitool -I lanplus -H 192.0.2.1 -U root -P @pw chassis status",
            "helm upgrade x --set auth.rootPassword=@pw",
            "kubectl create secret generic x --from-literal=anything=@pw",
            "openssl enc -aes-256-cbc -pass pass:@pw",
            "java -Djavax.net.ssl.keyStorePassword=@pw -storepass @pw x",
            "smbclient -U admin%@pw //192.0.2.1/x",
        ),
        "pod args": ("--db-password=@pw", "--token\n@word"),
        "kernel_log": ("systemd[1]: Started tool --password @pw.",),
    },
    "environment": {
        "runtime_unit_files": (
            'Environment="DB_PASSWORD=@pw and @word" "B=1"',
            "Environment=REGISTRY_TOKEN=@word A=1",
            "Environment='MYSQL_PASS=@pw x'",
            "ExecStart=/usr/bin/x --token \\\n    @word32",
        ),
        "pod env": ("DB_PASSWORD=@pw", "ANYTHING=@pw"),
        "journal_kubelet": (
            "Unhandled Error: &Container{Name:x,Env:[]EnvVar{EnvVar{Name:DB_PASSWORD,Value:@pw,ValueFrom:nil,},},}",
            'spec {"env":[{"name":"API_SECRET","value":"@pw @word"},{"name":"A","value":"b"}]}',
            "env:\n  - name: DB_PASSWORD\n    value: @pw",
            '"Env":["PGPASSWORD=@pw","PATH=/bin"]',
        ),
    },
    "URL login": {
        "runtime_unit_files": ('Environment="HTTPS_PROXY=http://proxy:@pw@192.0.2.1:3128"',),
        "journal_containerd": (
            "pull https://ci:@pw@registry.example.com/v2/: 401",
            'url="https:\\/\\/ci:@pw@registry.example.com"',
            "redirect=https%3A%2F%2Fci%3A@pw%40registry.example.com%2F",
            "git clone https://@word40@git.example.com/x.git",
        ),
        "driver log": ("mysql dsn root:@pw@tcp(192.0.2.1:3306)/x", "rsync backup:@pw@192.0.2.7 refused"),
        "event": ('Failed to pull image: Get "https://ci:@pw@registry.example.com/v2/": dial tcp',),
        "sc parameters": ("https://ci:@pw@192.0.2.1",),
    },
    "HTTP login": {
        "journal_containerd": (
            "GET /v2/ Authorization: Basic @pair",
            "GET /v2/ authorization: Bearer @word40",
            "curl -H 'Authorization: Bearer @word40' https://192.0.2.1",
            "basic @pair was refused",
            "login @pair was refused",
        ),
        "driver log": (
            "map[Authorization:[Bearer @word40] Accept:[x]]",
            '"{\\"Authorization\\":[\\"Basic @pair\\"]}"',
            'Proxy-Authorization: Digest username="x", response="@hex16"',
        ),
    },
    "service account token": {
        "journal_kubelet": (f"token {_JWT} expired", f'"TokenRequest" status={{"token":"{_JWT}","x":1}}'),
        "kernel_log": (f"audit: cmd={_JWT}",),
        "event": (f"webhook refused {_JWT}",),
        "vol_data.json": (f'{{"csi.storage.k8s.io/serviceAccount.tokens":"{_JWT}"}}',),
    },
    "kubeconfig": {
        "journal_kubelet": (
            "users:\n- name: x\n  user:\n    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt@word60",
            "    token: @word40",
            "{user: {token: @word40, name: x}}",
        ),
        "ps": ("kubectl --token=@word40 get nodes", "kubelet --bootstrap-token @word40"),
    },
    "join token": {
        "ps": (
            "kubeadm join 192.0.2.1:6443 --token ab3def.@hex8",
            "k3s agent --server https://x:6443 -t K10@hex32::server:@hex16",
        ),
        "syslog": ("kubeadm init --certificate-key @hex32", "oc login with sha256~@word43"),
    },
    "registry login": {
        "journal_containerd": (
            '{"auths":{"registry.example.com":{"auth":"@pair"}}}',
            '[plugins."io.containerd.grpc.v1.cri".registry.configs."x".auth]\n  password = "@pw"\n  auth = "@pair"',
            "X-Registry-Auth: eyJ1c2VybmFtZSI6@word40",
            '"identitytoken": "@word40"',
        ),
    },
    "private key": {
        "syslog": (_PEM, f'"key": "{_ONE_LINE}"', _PEM.replace("RSA", "OPENSSH")),
        "driver log": (_PEM.rpartition("\n")[0], _ONE_LINE.partition("-----END")[0]),
        "kernel_log": (
            "AGE-SECRET-KEY-1@word58",
            "x=-----BEGIN+PRIVATE+KEY-----%0A@word60%0A&y=1",
        ),
        "pod log": (_PEM.replace("\n", "\n    "),),
    },
    "AWS keys": {
        "syslog": ("AKIA@upper16 is refused", "aws_secret_access_key = @b6430"),
        "ps": ("s3fs -o passwd_file=x AWS_SECRET_ACCESS_KEY=@word40",),
        "journal_containerd": ('{"SecretAccessKey":"@b6430","SessionToken":"@b64100"}',),
    },
    "signed URL": {
        "journal_containerd": (
            "GET https://x.s3.amazonaws.com/y?X-Amz-Expires=60&X-Amz-Signature=@hex32",
            'GET "https://x.blob.core.windows.net/y?sv=2021&sig=@word40%3D"',
            '{"url":"https://x/y?a=1\\u0026sig=@word40\\u0026b=2"}',
            "GET /x?access_token=@word40&y=1",
            "redirect=%2Fy%3Fa%3D1%26signature%3D@word40%26z",
        ),
    },
    "Azure and Google": {
        "syslog": (
            "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=@b6464;EndpointSuffix=x",
            "Endpoint=sb://x/;SharedAccessKeyName=y;SharedAccessKey=@b64",
            "app secret abc8Q~@word34 was made",
            '{"type": "service_account", "private_key_id": "@hex20", "private_key": "' + _ONE_LINE + '"}',
            "AIza@word35 is over its quota",
        ),
        "sc parameters": ("AccountKey=@b6464",),
    },
    "tokens of code hosts and chats": {
        "journal_containerd": (
            "clone with ghp_@word36 failed",
            "clone with github_pat_@word60 failed",
            "clone with glpat-@word20 failed",
            "npm_@word36 is refused",
            "post xoxb-@word40 failed",
            "post https://hooks.slack.com/services/T0000/B0000/@word24 failed",
            "pypi-AgEI@word60 is refused",
        ),
        "event": ("Failed: fatal: clone with ghp_@word36",),
    },
    "Vault": {
        "syslog": ("vault said hvs.@word60", "Unseal Key 1: @b6433", "VAULT_TOKEN=s.@word24"),
        "ps": ("vault agent s.@word24 -x",),
        "pod status": ("agent: permission denied for hvs.@word60",),
    },
    "password hash": {
        "syslog": (
            "root:$6$abcdefgh$@word60:19000:0",
            "user x $2b$12$@word53",
            "x:$y$j9T$@word22$@word43:19000",
            "olcRootPW {SSHA}@b6424",
        ),
        "journal_kubelet": ("hash $argon2id$v=19$m=65536,t=3,p=4$@word22$@word43 differs",),
    },
    "SNMP": {
        "syslog": (
            "rocommunity @word 192.0.2.0/24",
            "com2sec x 192.0.2.0/24 @word",
            "createUser mon SHA @word AES @word",
        ),
        "ps": ("snmpget -v2c -c @word 192.0.2.1 sysName", "snmpwalk -v3 -u x -A @word -X @word 192.0.2.1"),
        "driver log": ("trap target {Community:@word Port:162}",),
    },
    "directory and disk": {
        "ps": (
            "ldapsearch -x -D cn=admin,dc=x -w @pw -b dc=x",
            "sh -c echo @pw | cryptsetup luksOpen /dev/sdb x",
            "sh -c echo 'root:@pw' | chpasswd",
            "dmsetup create x --table 0 8192 crypt aes-xts-plain64 @hex64 0 8:16 4096",
        ),
        "syslog": ("bindpw = @pw", "ldap_default_authtok = @pw", "luks passphrase: '@pw @word'"),
        "driver log": ("Gonna run shell cmd cryptsetup open /dev/sdb x <<< @pw.",),
    },
    "Secret object": {
        "annotation": ('{"apiVersion":"v1","data":{"admin":"@b64"},"kind":"Secret","metadata":{"name":"x"}}',),
        "journal_kubelet": (
            'last-applied-configuration: {"apiVersion":"v1","data":{"admin":"@b64","b":"@b64"},"kind":"Secret"}',
            'patch "{\\"kind\\":\\"Secret\\",\\"stringData\\":{\\"anything\\":\\"@pw\\"}}"',
        ),
        "event": ('Error: {"kind":"Secret","data":{"x":"@b64"}} is invalid',),
        "configmap": ("accountPassword: @pw", "@pw"),
    },
    "mount option": {
        "mountinfo": ("900 22 0:90 / /mnt/x rw - cifs //192.0.2.1/x rw,username=x,password=@pw,vers=3",),
        "ps": ("mount -t cifs -o username=x,pass=@pw,vers=3 //192.0.2.1/x /mnt/x",),
        "pv mountOptions": ("password=@pw",),
        "pv attributes": ("@pw",),
        "nfs.conf": ("#options=sec=krb5,password=@pw",),
    },
    "Chinese": {
        "driver log": ("登录失败，用户：admin，密码：@pw", "用户 admin 的密码为 @pw ，请修改", "令牌: @word32 已过期"),
        "syslog": ("口令=@pw 已修改", "初始密码是：@pw"),
        "event": ("挂载失败: 密码：@pw",),
    },
}
