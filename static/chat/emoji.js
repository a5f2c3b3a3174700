// Emoji by the words that people look for.

const TABLE = `
😀 grin|😃 smiley|😄 smile|😁 beam|😆 laughing|😅 sweat_smile|🤣 rofl|😂 joy|🙂 slight_smile|🙃 upside_down|😉 wink|😊 blush|😇 innocent|🥰 love|😍 heart_eyes|🤩 star_struck|😘 kiss|😋 yum|😛 tongue|😜 crazy|🤪 zany|🤗 hug|🤭 oops|🤫 shush|🤔 thinking|🤐 zipper|🤨 eyebrow|😐 neutral|😶 speechless|😏 smirk|🙄 eye_roll|😬 grimace|😌 relieved|😔 pensive|😪 sleepy|😴 sleeping|😷 mask|🤒 ill|🤕 hurt|🤢 nauseated|🥵 hot|🥶 cold|🥴 woozy|🤯 mind_blown|🥳 party|😎 cool|🤓 nerd|🧐 monocle|😕 confused|😟 worried|🙁 frown|😮 wow|😲 astonished|😳 flushed|🥺 pleading|😨 fearful|😥 sad|😢 cry|😭 sob|😱 scream|😖 confounded|😞 disappointed|😓 sweat|😩 weary|😫 tired|🥱 yawn|😤 triumph|😡 rage|😠 angry|🤬 swear|😈 devil|💀 skull|💩 poop|🤡 clown|👻 ghost|👽 alien|🤖 robot|😺 cat_smile|🙈 see_no_evil|🙉 hear_no_evil|🙊 speak_no_evil
👋 wave|🤚 hand|✋ stop|🖖 vulcan|👌 ok|🤌 chef|✌️ victory|🤞 fingers_crossed|🤟 love_you|🤘 metal|👈 left|👉 right|👆 up|👇 down|👍 thumbs_up|👎 thumbs_down|✊ fist|👊 punch|👏 clap|🙌 raised_hands|👐 open_hands|🤝 handshake|🙏 thanks|✍️ writing|💪 muscle|👀 eyes|🧠 brain|🤷 shrug|🤦 facepalm|🙋 raise_hand|🙇 bow|💃 dance|🏃 run
❤️ heart|🧡 orange_heart|💛 yellow_heart|💚 green_heart|💙 blue_heart|💜 purple_heart|🖤 black_heart|💔 broken_heart|💯 hundred|💢 anger|💥 boom|💫 dizzy|💦 splash|💬 speech|💤 zzz|✨ sparkles|⭐ star|🌟 glowing_star|🔥 fire|🎉 tada|🎊 confetti|🎂 cake|🎁 gift|🏆 trophy|🥇 gold|⚽ football|🎮 game|🎵 music|🎸 guitar|🎨 art|🎬 film
☕ coffee|🍵 tea|🍺 beer|🍻 cheers|🍷 wine|🥂 clink|🍕 pizza|🍔 burger|🍟 fries|🥐 croissant|🍎 apple|🍌 banana|🍓 strawberry|🍪 cookie|🍫 chocolate|🍿 popcorn|🍦 ice_cream
🐶 dog|🐱 cat|🐭 mouse|🦊 fox|🐻 bear|🐼 panda|🐸 frog|🐵 monkey|🐔 chicken|🐧 penguin|🦄 unicorn|🐝 bee|🐛 bug|🦋 butterfly|🐢 turtle|🐙 octopus|🐳 whale|🌱 seedling|🌳 tree|🌹 rose|🌻 sunflower|🍀 clover
☀️ sun|🌙 moon|☁️ cloud|🌧️ rain|⛈️ storm|❄️ snow|🌈 rainbow|⚡ lightning|🌍 earth|🚀 rocket|✈️ plane|🚗 car|🚲 bike|🚂 train|🏠 house|🏖️ beach|⛰️ mountain|⏰ alarm|⏳ hourglass|📅 calendar|💻 laptop|📱 phone|📷 camera|💡 idea|🔧 wrench|🔨 hammer|⚙️ gear|🔒 lock|🔑 key|📎 clip|📌 pin|📝 memo|📈 chart_up|📉 chart_down|📦 package|✉️ mail|📣 megaphone|🔔 bell|💰 money|🗑️ trash|✅ check|❌ cross|⚠️ warning|❓ question|❗ exclamation|➕ plus|🚫 forbidden|🆗 okay|🔴 red|🟢 green|🔵 blue|🏁 finish
`;

export const EMOJI = TABLE.trim()
  .split(/[|\n]/)
  .map((row) => row.split(" "))
  .map(([emoji, name]) => ({ emoji, name }));

/** The first ones are offered for reactions. */
export const REACTIONS = ["👍", "❤️", "😂", "🎉", "😮", "🙏"];

/** Emoji whose name has this in it, those that begin with it first. */
export function findEmoji(text, most) {
  const word = text.toLowerCase();
  const found = EMOJI.filter(({ name }) => name.includes(word));
  return found.sort((a, b) => b.name.startsWith(word) - a.name.startsWith(word)).slice(0, most);
}
