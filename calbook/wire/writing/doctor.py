"""What `doctor` has found, as public JSON: no secret, and nobody who attends."""

from __future__ import annotations

from calbook.core.doctor.file_checks import FileFacts
from calbook.core.doctor.findings import Finding
from calbook.core.doctor.server_checks import ServerFacts
from calbook.wire.json_objects import Json


def finding_to_json(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "group": finding.group,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "details": dict(finding.details),
    }


def file_to_json(file: FileFacts) -> Json:
    return {
        "exists": file.exists,
        "size": file.size,
        "mode": f"{file.mode:04o}",
        "owner": file.owner,
        "group": file.group,
        "fileSystem": file.file_system,
        "free": file.free,
        "sqlite": ".".join(map(str, file.sqlite)),
        "schema": file.version,
        "wal": file.is_wal,
        "copies": [{"path": path, "size": size} for path, size in file.copies],
    }


def server_to_json(server: ServerFacts) -> Json:
    return {
        "postgresql": server.version,
        "role": server.role,
        "exclusion": server.has_exclusion,
        "btreeGist": server.extension,
        "standby": server.is_standby,
        "encrypted": server.is_encrypted,
        "local": server.is_local,
        "mayErase": server.may_erase,
        "aheadSeconds": round(server.ahead),
    }
