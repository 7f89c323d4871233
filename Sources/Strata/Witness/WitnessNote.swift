// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One change that a witness remembers: what it was about, its version, and for how long it counts.
struct WitnessNote: Sendable, Equatable {
  /// A number that stands for the cache's name.
  var cache: UInt64
  /// The key; `nil` for a change of the whole cache.
  var key: KeyDigest?
  var token: ConsistencyToken
  var until: Timestamp

  init(cache: UInt64, key: KeyDigest?, token: ConsistencyToken, until: Timestamp) {
    (self.cache, self.key, self.token, self.until) = (cache, key, token, until)
  }

  /// Reads the text of one. What is left of its time counts from now on, so that the clocks of two
  /// nodes need not agree; whoever keeps the text for longer keeps the note for longer.
  init?(_ text: some StringProtocol, now: Timestamp, atMost longest: Duration) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 5, let cache = Self.word(parts[0]), let left = Self.word(parts[4]),
      let token = ConsistencyToken("\(parts[2])-\(parts[3])")
    else { return nil }
    var key: KeyDigest?
    if !parts[1].isEmpty {
      guard parts[1].utf8.count == 32, let high = Self.word(parts[1].prefix(16)),
        let low = Self.word(parts[1].suffix(16))
      else { return nil }
      key = KeyDigest(high: high, low: low)
    }
    let time = Duration.milliseconds(Int64(clamping: min(left, 1 << 40)))
    self.init(cache: cache, key: key, token: token, until: now + min(time, longest))
  }

  /// The note with what is left of its time.
  func text(at now: Timestamp) -> String {
    let left = max(0, (until - now).saturatingNanoseconds / 1_000_000)
    let key = key.map(\.description) ?? ""
    return [
      String(cache, radix: 16), key, token.description, String(left, radix: 16),
    ].joined(separator: "-")
  }

  private static func word(_ digits: some StringProtocol) -> UInt64? {
    (1...16).contains(digits.utf8.count) ? UInt64(digits, radix: 16) : nil
  }
}
