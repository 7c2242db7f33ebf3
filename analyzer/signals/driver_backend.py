"""What the driver's controllers say of the arrays they manage: logins refused, management network, volumes not made."""

from __future__ import annotations

from analyzer.signals.driver import REQUEST, driver_signal

SIGNALS = (
    driver_signal(
        "driver-login-refused",
        rb"login https://",
        r"\blogin (?P<url>https://\S+) error: \{(?P<says>.*)",
        f"[ERROR]: {REQUEST}login https://192.0.2.155:8088/deviceManager/rest error: {{code: 1077987870, description: "
        "The user name or password is incorrect.}}",
        "V2.2.13 to v4.12",
        "storage/oceanstorage/base/client_restful.go",
    ),
    driver_signal(
        "driver-array-no-answer",
        rb"due to connection failure, gonna try another Url|Client\.Timeout exceeded while awaiting headers",
        r"(?:login|Url:) (?P<url>https://\S+?)(?:,? error| error due to connection failure)",
        "[ERROR]: Send request method: POST, Url: https://192.0.2.155:8088/deviceManager/rest/xx/sessions, error: Post "
        '"https://192.0.2.155:8088/deviceManager/rest/xx/sessions": context deadline exceeded (Client.Timeout exceeded '
        "while awaiting headers)",
        "V2.2.13 to v4.12",
        "storage/oceanstorage/base/client_restful.go",
    ),
    driver_signal(
        "driver-backend-offline",
        rb" is offline, skip get stats|] to \[false\] succeeded",
        r"GetBackendStats backend: \[(?P<backend>[^\]]+)\] is offline"
        r"|SetStorageBackendContentOnlineStatus \[(?P<content>[^\]]+)\] to \[false\] succeeded",
        f"[INFO]: {REQUEST}GetBackendStats backend: [nfs-155] is offline, skip get stats",
        "V4.0.0 to v4.12",
        "csi/provider/backend.go; pkg/utils/k8s.go",
    ),
)
