"""The table of numeric replies: code, parameters and text; every reply that a client gets is built from a row.

Source: Modern IRC, "Numerics" (https://modern.ircdocs.horse/#numerics), RFC 2812 section 5 where it is silent, and
the IRCv3 specifications for MONITOR, SASL and WHOX.
"""

from __future__ import annotations

from typing import NamedTuple


class Filled(NamedTuple):
    """A reply, but for the recipient."""

    code: str
    text: str


class Parameters(str):
    """An argument that is several parameters already, put together by the server."""

    __slots__ = ()


class Numeric:
    """One row: `form` is what follows the recipient's name, with `{}` for each argument.

    Arguments before the colon are made fit for a place between spaces: an empty one, or one with a space or a leading
    colon, becomes `*`, so that nothing a client sends can shift the parameters of a reply.
    """

    __slots__ = ("_middles", "code", "form")

    def __init__(self, code: str, form: str) -> None:
        self.code = code
        self.form = form
        self._middles = f" {form}".partition(" :")[0].count("{}")

    def filled(self, *arguments: object) -> Filled:
        """The reply with these arguments."""
        words = [argument if isinstance(argument, str) else str(argument) for argument in arguments]
        for index in range(min(self._middles, len(words))):
            word = words[index]
            if (not word or word[0] == ":" or " " in word) and not isinstance(word, Parameters):
                words[index] = "*"
        return Filled(self.code, self.form.format(*words))


RPL_WELCOME = Numeric("001", ":Welcome to {}, {}")
RPL_YOURHOST = Numeric("002", ":Your host is {}, running version twistd-chat-{}")
RPL_CREATED = Numeric("003", ":This server was started {}")
RPL_MYINFO = Numeric("004", "{} {} {} {} {}")
RPL_ISUPPORT = Numeric("005", "{} :are supported by this server")
RPL_STATSKLINE = Numeric("216", "K {} * * :{}")
RPL_ENDOFSTATS = Numeric("219", "{} :End of /STATS report")
RPL_UMODEIS = Numeric("221", "{}")
RPL_STATSUPTIME = Numeric("242", ":Server Up {} days {}:{:0>2}:{:0>2}")
RPL_STATSFIGURE = Numeric("249", ":{}: {}")
RPL_LUSERCLIENT = Numeric("251", ":There are {} users and {} invisible on 1 servers")
RPL_LUSEROP = Numeric("252", "{} :operator(s) online")
RPL_LUSERUNKNOWN = Numeric("253", "{} :unregistered connection(s)")
RPL_LUSERCHANNELS = Numeric("254", "{} :channels formed")
RPL_LUSERME = Numeric("255", ":I have {} clients and 0 servers")
RPL_ADMINME = Numeric("256", "{} :Administrative info")
RPL_ADMINLOC1 = Numeric("257", ":{}")
RPL_ADMINLOC2 = Numeric("258", ":{}")
RPL_ADMINEMAIL = Numeric("259", ":{}")
RPL_LOCALUSERS = Numeric("265", "{} {} :Current local users {}, max {}")
RPL_GLOBALUSERS = Numeric("266", "{} {} :Current global users {}, max {}")
RPL_AWAY = Numeric("301", "{} :{}")
RPL_USERHOST = Numeric("302", ":{}")
RPL_ISON = Numeric("303", ":{}")
RPL_UNAWAY = Numeric("305", ":You are no longer marked as being away")
RPL_NOWAWAY = Numeric("306", ":You have been marked as being away")
RPL_WHOISUSER = Numeric("311", "{} {} {} * :{}")
RPL_WHOISSERVER = Numeric("312", "{} {} :{}")
RPL_WHOISOPERATOR = Numeric("313", "{} :is an operator of this server")
RPL_WHOWASUSER = Numeric("314", "{} {} {} * :{}")
RPL_ENDOFWHO = Numeric("315", "{} :End of WHO list")
RPL_WHOISIDLE = Numeric("317", "{} {} {} :seconds idle, signon time")
RPL_ENDOFWHOIS = Numeric("318", "{} :End of /WHOIS list")
RPL_WHOISCHANNELS = Numeric("319", "{} :{}")
RPL_LISTSTART = Numeric("321", "Channel :Users  Name")
RPL_LIST = Numeric("322", "{} {} :{}")
RPL_LISTEND = Numeric("323", ":End of /LIST")
RPL_CHANNELMODEIS = Numeric("324", "{} {}")
RPL_CREATIONTIME = Numeric("329", "{} {}")
RPL_WHOISACCOUNT = Numeric("330", "{} {} :is logged in as")
RPL_NOTOPIC = Numeric("331", "{} :No topic is set")
RPL_TOPIC = Numeric("332", "{} :{}")
RPL_TOPICWHOTIME = Numeric("333", "{} {} {}")
RPL_WHOISBOT = Numeric("335", "{} :is a bot")
RPL_INVITELIST = Numeric("336", "{}")
RPL_ENDOFINVITELIST = Numeric("337", ":End of /INVITE list")
RPL_INVITING = Numeric("341", "{} {}")
RPL_INVEXLIST = Numeric("346", "{} {} {} {}")
RPL_ENDOFINVEXLIST = Numeric("347", "{} :End of channel invite exception list")
RPL_EXCEPTLIST = Numeric("348", "{} {} {} {}")
RPL_ENDOFEXCEPTLIST = Numeric("349", "{} :End of channel exception list")
RPL_VERSION = Numeric("351", "twistd-chat-{} {} :IRCv3")
RPL_WHOREPLY = Numeric("352", "{} {} {} {} {} {} :0 {}")
RPL_NAMREPLY = Numeric("353", "{} {} :{}")
RPL_WHOSPCRPL = Numeric("354", "{}")
RPL_ENDOFLINKS = Numeric("365", "{} :End of /LINKS list")
RPL_ENDOFNAMES = Numeric("366", "{} :End of /NAMES list")
RPL_BANLIST = Numeric("367", "{} {} {} {}")
RPL_ENDOFBANLIST = Numeric("368", "{} :End of channel ban list")
RPL_ENDOFWHOWAS = Numeric("369", "{} :End of WHOWAS")
RPL_INFO = Numeric("371", ":{}")
RPL_MOTD = Numeric("372", ":- {}")
RPL_ENDOFINFO = Numeric("374", ":End of /INFO list")
RPL_MOTDSTART = Numeric("375", ":- {} Message of the day -")
RPL_ENDOFMOTD = Numeric("376", ":End of /MOTD command")
RPL_WHOISHOST = Numeric("378", "{} :is connecting from {}@{} {}")
RPL_WHOISMODES = Numeric("379", "{} :is using modes {}")
RPL_YOUREOPER = Numeric("381", ":You are now an operator of this server")
RPL_REHASHING = Numeric("382", "{} :Rehashing")
RPL_TIME = Numeric("391", "{} :{}")
ERR_NOSUCHNICK = Numeric("401", "{} :No such nick/channel")
ERR_NOSUCHSERVER = Numeric("402", "{} :No such server")
ERR_NOSUCHCHANNEL = Numeric("403", "{} :No such channel")
ERR_CANNOTSENDTOCHAN = Numeric("404", "{} :{}")
ERR_TOOMANYCHANNELS = Numeric("405", "{} :You have joined too many channels")
ERR_WASNOSUCHNICK = Numeric("406", "{} :There was no such nickname")
ERR_TOOMANYTARGETS = Numeric("407", "{} :Too many targets; at most {} at once")
ERR_NOORIGIN = Numeric("409", ":No origin specified")
ERR_INVALIDCAPCMD = Numeric("410", "{} :Invalid CAP command")
ERR_NORECIPIENT = Numeric("411", ":No recipient given ({})")
ERR_NOTEXTTOSEND = Numeric("412", ":No text to send")
ERR_INPUTTOOLONG = Numeric("417", ":Input line was too long")
ERR_UNKNOWNCOMMAND = Numeric("421", "{} :Unknown command")
ERR_NOMOTD = Numeric("422", ":There is no message of the day")
ERR_NONICKNAMEGIVEN = Numeric("431", ":No nickname given")
ERR_ERRONEUSNICKNAME = Numeric("432", "{} :Erroneous nickname: {}")
ERR_NICKNAMEINUSE = Numeric("433", "{} :{}")
ERR_USERNOTINCHANNEL = Numeric("441", "{} {} :They aren't on that channel")
ERR_NOTONCHANNEL = Numeric("442", "{} :You're not on that channel")
ERR_USERONCHANNEL = Numeric("443", "{} {} :is already on channel")
ERR_NOTREGISTERED = Numeric("451", ":You have not registered")
ERR_NEEDMOREPARAMS = Numeric("461", "{} :Not enough parameters")
ERR_ALREADYREGISTERED = Numeric("462", ":You may not reregister")
ERR_PASSWDMISMATCH = Numeric("464", ":Password incorrect")
ERR_YOUREBANNEDCREEP = Numeric("465", ":{}")
ERR_CHANNELISFULL = Numeric("471", "{} :Cannot join channel (+l): it is full")
ERR_UNKNOWNMODE = Numeric("472", "{} :is unknown mode char to me")
ERR_INVITEONLYCHAN = Numeric("473", "{} :Cannot join channel (+i): you must be invited")
ERR_BANNEDFROMCHAN = Numeric("474", "{} :Cannot join channel (+b): you are banned")
ERR_BADCHANNELKEY = Numeric("475", "{} :Cannot join channel (+k): the key is wrong")
ERR_BADCHANMASK = Numeric("476", "{} :Bad channel name: {}")
ERR_NEEDREGGEDNICK = Numeric("477", "{} :Log in to an account to join this channel")
ERR_BANLISTFULL = Numeric("478", "{} {} :Channel list is full")
ERR_NOPRIVILEGES = Numeric("481", ":Permission denied: you are no operator of this server")
ERR_CHANOPRIVSNEEDED = Numeric("482", "{} :{}")
ERR_UMODEUNKNOWNFLAG = Numeric("501", ":Unknown MODE flag")
ERR_USERSDONTMATCH = Numeric("502", ":Cannot change or see modes of other users")
ERR_HELPNOTFOUND = Numeric("524", "{} :No help for this. HELP lists all commands")
RPL_WHOISSECURE = Numeric("671", "{} :is using a secure connection")
ERR_INVALIDMODEPARAM = Numeric("696", "{} {} {} :{}")
RPL_HELPSTART = Numeric("704", "{} :{}")
RPL_HELPTXT = Numeric("705", "{} :{}")
RPL_ENDOFHELP = Numeric("706", "{} :End of /HELP")
RPL_MONONLINE = Numeric("730", ":{}")
RPL_MONOFFLINE = Numeric("731", ":{}")
RPL_MONLIST = Numeric("732", ":{}")
RPL_ENDOFMONLIST = Numeric("733", ":End of MONITOR list")
ERR_MONLISTFULL = Numeric("734", "{} {} :Monitor list is full")
RPL_WHOISKEYVALUE = Numeric("760", "{} {} * :{}")
RPL_KEYVALUE = Numeric("761", "{} {} * :{}")
RPL_KEYNOTSET = Numeric("766", "{} {} :no such key is set")
RPL_METADATASUBOK = Numeric("770", "{}")
RPL_METADATAUNSUBOK = Numeric("771", "{}")
RPL_METADATASUBS = Numeric("772", "{}")
RPL_LOGGEDIN = Numeric("900", "{} {} :You are logged in as {}")
RPL_LOGGEDOUT = Numeric("901", "{} :You are logged out")
RPL_SASLSUCCESS = Numeric("903", ":SASL authentication successful")
ERR_SASLFAIL = Numeric("904", ":SASL authentication failed")
ERR_SASLTOOLONG = Numeric("905", ":SASL message too long")
ERR_SASLABORTED = Numeric("906", ":SASL authentication aborted")
RPL_SASLMECHS = Numeric("908", "{} :are available SASL mechanisms")
