"""Paths of the REST API."""

from urllib.parse import quote


def endpoint_path(endpoint_id: str) -> str:
    """The path of an endpoint."""
    return "/v1/endpoints/" + quote(endpoint_id, safe="")


def job_path(job_id: str) -> str:
    """The path of a job."""
    return "/v1/jobs/" + quote(job_id, safe="")


def project_path(project_id: str) -> str:
    """The path of a project."""
    return "/v1/projects/" + quote(project_id, safe="")
