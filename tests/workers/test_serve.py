import io

import pytest

from xlbench.workers.codec import receive, send
from xlbench.workers.protocol import Done, Failed, Hello, Pin, Stop
from xlbench.workers.serve import serve


class Session:
    """Fails at the first request; says whether that is the end."""

    def __init__(self, lost):
        self._lost, self._asked = lost, 0

    def hello(self):
        return Done()

    def answer(self, request, examples):
        self._asked += 1
        if self._asked == 1:
            raise RuntimeError("as if")
        return Done()

    def lost(self, error):
        return self._lost and str(error) == "as if"


@pytest.mark.parametrize(("lost", "kinds"), [(True, [Done, Failed]), (False, [Done, Failed, Done])])
def test_a_worker_whose_session_is_lost_replies_and_ends(lost, kinds):
    requests, replies = io.BytesIO(), io.BytesIO()
    for request in (Hello("cpu", 1, None, "x:y"), Pin((0,)), Pin((0,)), Stop()):
        send(requests, request)
    requests.seek(0)
    serve(requests, replies, lambda hello: Session(lost))
    end = replies.tell()
    replies.seek(0)
    found = []
    while replies.tell() < end:
        found.append(receive(replies))
    assert [type(reply) for reply in found] == kinds
    assert found[1].ends == lost
