"""Attacks by what people do in rooms: say, come and go, change their names, be away, send tags, read nothing."""

from __future__ import annotations

from .flood import Attacker, Flood, Together
from .table import attack, fifty_rooms, irc, lobby, nowhere
from .target import Target

LONG = b"y" * 300


def _flood(target: Target) -> Attacker:
    return irc(
        target.proxied, 100, "fl", lobby, lambda i, k: b"PRIVMSG #h0 :flood %d %d %s\r\n" % (i, k, LONG)
    )


attack("flood", "100 people say things in one room as fast as they can", "messages")(_flood)
attack("flood-unlimited", "the same without a limit on messages", "messages", "--message-rate", "0")(_flood)


@attack("targets", "100 people send each line to 20 rooms", "messages")
def _targets(target: Target) -> Attacker:
    twenty = ",".join(f"#n{k}" for k in range(20)).encode()
    return irc(target.proxied, 100, "tw", fifty_rooms, lambda i, k: b"PRIVMSG %s :hello %d\r\n" % (twenty, k))


@attack("say-50-rooms", "100 people in the same 50 rooms talk in one after the other", "messages")
def _say(target: Target) -> Attacker:
    return irc(
        target.proxied, 100, "sa", fifty_rooms, lambda i, k: f"PRIVMSG #n{k % 49} :hello {k}\r\n".encode()
    )


@attack("nick", "NICK in a loop, 100 people in one room", "messages")
def _nick(target: Target) -> Attacker:
    return irc(target.proxied, 100, "nk", lobby, lambda i, k: f"NICK nk{i}v{k}\r\n".encode())


def _nicks(count: int) -> None:
    @attack(f"nick-50-rooms-{count}", f"NICK in a loop, {count} people in 50 rooms each", "messages")
    def _fifty(target: Target) -> Attacker:
        return irc(target.proxied, count, "nr", fifty_rooms, lambda i, k: f"NICK nr{i}v{k}\r\n".encode())


_nicks(100)
_nicks(48)


@attack("away-50-rooms", "AWAY in a loop, 100 people in 50 rooms each", "messages")
def _away(target: Target) -> Attacker:
    return irc(
        target.proxied,
        100,
        "aw",
        fifty_rooms,
        lambda i, k: b"AWAY :x\r\nAWAY\r\n",
        capabilities="away-notify",
    )


@attack("setname-50-rooms", "SETNAME in a loop, 100 people in 50 rooms each", "messages")
def _setname(target: Target) -> Attacker:
    return irc(
        target.proxied,
        100,
        "sn",
        fifty_rooms,
        lambda i, k: b"SETNAME :name %d\r\n" % k,
        capabilities="setname",
    )


@attack("quit-rejoin", "100 connections from here come, join 50 rooms and go, again and again", "messages")
def _quit(target: Target) -> Attacker:
    def setup(number: int) -> bytes:
        rooms = fifty_rooms(number)
        joins = "".join(f"JOIN {','.join(rooms[start : start + 10])}\r\n" for start in range(0, 50, 10))
        return f"NICK qj{number}\r\nUSER u 0 * :r\r\n{joins}QUIT\r\n".encode()

    return Flood(target.port, 100, setup, proxied=False, again=True, late=True)


@attack("join-part", "100 people come into one room and leave it in a loop", "messages")
def _join_part(target: Target) -> Attacker:
    return irc(target.proxied, 100, "jp", lobby, lambda i, k: b"PART #h0\r\nJOIN #h0\r\n")


@attack("join-part-20", "100 people make 20 rooms each and leave them in a loop", "messages")
def _join_part_20(target: Target) -> Attacker:
    def payload(number: int, times: int) -> bytes:
        rooms = [f"#j{number}x{k}" for k in range(20)]
        return f"JOIN {','.join(rooms[:10])}\r\nJOIN {','.join(rooms[10:])}\r\nJOIN 0\r\n".encode()

    return irc(target.proxied, 100, "jq", nowhere, payload)


@attack("tags", "100 people send 4 KB of client tags to one room", "messages")
def _tags(target: Target) -> Attacker:
    tags = b";".join(b"+a%d" % number for number in range(650))[:4000]
    return irc(
        target.proxied,
        100,
        "tg",
        lobby,
        lambda i, k: b"@%s TAGMSG #h0\r\n" % tags,
        capabilities="message-tags",
    )


@attack("tags-8k", "100 people send PINGs with 8 KB of tags", "messages")
def _tags_8k(target: Target) -> Attacker:
    tags = b";".join(b"a%d" % number for number in range(3000))[:8000]
    return irc(
        target.proxied, 100, "th", lobby, lambda i, k: b"@%s PING x\r\n" % tags, capabilities="message-tags"
    )


@attack("batches", "100 people open a batch and send others' commands as if they were of it", "messages")
def _batches(target: Target) -> Attacker:
    def payload(number: int, times: int) -> bytes:
        return b"BATCH +b draft/multiline #h0\r\n" + b"@batch=b TOPIC #h0\r\n@batch=b WHO #h0\r\n" * 20

    return irc(
        target.proxied,
        100,
        "ba",
        lobby,
        payload,
        capabilities="batch message-tags draft/multiline",
    )


@attack("no-read", "200 readers take nothing while 30 talk", "messages")
def _no_read(target: Target) -> Attacker:
    readers = irc(target.proxied, 200, "nd", lambda i: ["#h0", "#busy"], None, read=False, buffer=4096)
    speakers = irc(
        target.port,
        30,
        "bw",
        lambda i: ["#busy"],
        lambda i, k: b"PRIVMSG #busy :%s\r\n" % LONG,
        proxied=False,
    )
    return Together(readers, speakers)


@attack("mail", "100 guests write to an account that is not here", "messages")
def _mail(target: Target) -> Attacker:
    owner = Flood(
        target.port,
        1,
        lambda i: (
            b"CAP REQ :draft/account-registration\r\nNICK victim\r\nUSER u 0 * :r\r\nCAP END\r\n"
            b"REGISTER victim * password1\r\nQUIT\r\n"
        ),
        proxied=False,
        ready=b"SUCCESS",
    )
    writers = irc(target.proxied, 100, "ml", nowhere, lambda i, k: b"PRIVMSG victim :%s\r\n" % LONG)
    return Together(owner, writers)


@attack("lists", "100 people fill every list that there is", "messages")
def _lists(target: Target) -> Attacker:
    def rooms(number: int) -> list[str]:
        return [f"#r{number}k{k}" for k in range(50)]

    def payload(number: int, times: int) -> bytes:
        room = f"#r{number}k{times % 50}"
        masks = " ".join(f"{'m' * 40}{times}x{k}!*@*" for k in range(5))
        watched = ",".join(f"watch{number}n{times}x{k}" for k in range(20))
        lines = (
            f"MODE {room} +bbbbb {masks}",
            f"METADATA {room} SET rk{times} :{'w' * 290}",
            f"TOPIC {room} :{'t' * 300}",
            f"MONITOR + {watched}",
        )
        return "".join(f"{line}\r\n" for line in lines).encode()

    return irc(target.proxied, 100, "ls", rooms, payload, capabilities="draft/metadata-2 extended-monitor")
