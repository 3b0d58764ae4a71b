"""What the shell starts for ``iopkit``: hand all over to ``iopkit_command``, and end as it does.

It is started for each command, and so loads as little as it can.
"""

import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    socket.send_fds(server, [b"."], [0, 1, 2, os.open(".", os.O_RDONLY)])
    server.sendall(repr((sys.argv[2:], {**os.environ})).encode())
    server.shutdown(socket.SHUT_WR)
    sys.exit(server.recv(1)[0])
