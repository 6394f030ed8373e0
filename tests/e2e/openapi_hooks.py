"""Loaded by schemathesis: nobody changes or deletes the account that the test asks with."""
import os

import schemathesis

MYSELF = os.environ["OPENAPI_TEST_SELF"]


@schemathesis.hook
def filter_case(_context, case):
    changes = case.method.upper() in ("PATCH", "DELETE") and case.path.startswith("/api/v1/users/{id}")
    return not (changes and (case.path_parameters or {}).get("id") == MYSELF)
