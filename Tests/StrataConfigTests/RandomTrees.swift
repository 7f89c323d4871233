// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Random configuration trees, the same for the same seed.
struct RandomTrees {
  private static let place = SourceLocation(file: "<random>", line: 1, column: 1)
  private static let plainWords = [
    "5m", "metrics", "true", "no", "0x1F", "-5", "1e3", "user:{id}", "http://host:80/a?b=c#d",
    "a,b", "[", "two  words", "é", "a-b", "?x", ":x", "-x", "a'b", "a\"b", "1:30", "$x", "x$",
    "a\tb", "😀", "<", "=", "...", "\u{A0}x", "{a", "a}", "~a", "nulls", "\\n",
  ]
  private static let oddCharacters = [
    "a", "Z", "5", " ", "  ", "\n", "\t", "\r", "\"", "'", "\\", ":", "-", "#", "$", "{", "}", "[",
    "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "~", "?", "é", "\u{85}", "\u{2028}",
    "\u{2029}", "\u{FEFF}", "\u{7F}", "\u{1}", "\u{FFFE}", "😀", "\u{301}", "\r\n", "<",
  ]

  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func map(depth: Int) -> ConfigNode {
    var keys = Set<String>()
    var fields: [ConfigNode.Field] = []
    for _ in 0..<random.below(depth < 1 ? 1 : 7) {
      let key = key()
      guard keys.insert(key).inserted else { continue }
      fields.append(.init(key: key, location: Self.place, value: node(depth: depth - 1)))
    }
    return ConfigNode(.map(fields), at: Self.place)
  }

  private mutating func node(depth: Int) -> ConfigNode {
    switch random.below(depth > 0 ? 10 : 6) {
    case 0: return ConfigNode(.null, at: Self.place)
    case 1, 2: return ConfigNode(.scalar(plainWord(), quoted: false), at: Self.place)
    case 3, 4: return ConfigNode(.scalar(oddText(), quoted: true), at: Self.place)
    case 5: return ConfigNode(.scalar(plainWord(), quoted: true), at: Self.place)
    case 6, 7:
      let items = (0..<random.below(6)).map { _ in node(depth: depth - 1) }
      return ConfigNode(.list(items), at: Self.place)
    default: return map(depth: depth)
    }
  }

  /// Keys may be anything but a variable, or an include at the top.
  private mutating func key() -> String {
    let key =
      random.below(3) == 0 ? oddText() : ["ttl", "key", "a-b", "x.y", "true", "5"][random.below(6)]
    return key.contains("${") || key == "include" ? "plain" : key
  }

  private mutating func plainWord() -> String {
    let word = Self.plainWords[random.below(Self.plainWords.count)]
    return word == "[" || word == "{a" ? "a" + word : word
  }

  private mutating func oddText() -> String {
    let length = random.below(40) == 0 ? 700 : random.below(12)
    return (0..<length).map { _ in Self.oddCharacters[random.below(Self.oddCharacters.count)] }
      .joined()
  }
}
