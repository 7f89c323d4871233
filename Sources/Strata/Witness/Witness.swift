// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What one user has changed a moment ago, so that this user reads nothing older, whichever node
/// answers.
///
/// Other nodes hear of a change within a moment; until then they may answer with what was before
/// it, and the user who made the change is the one who notices. A witness is carried from call to
/// call, as a cookie perhaps. It remembers the user's own changes for that moment, and reads of
/// what they are about go past everything older. All other reads stay on the fast road.
///
/// ```swift
/// let witness = strata.witness(from: request.cookie) ?? strata.witness()
/// let users = users.seen(by: witness)
/// try await users.set(42, renamed)
/// let user = try await users.value(for: 42) { try await database.user(42) }
/// response.cookie = witness.description
/// ```
///
/// The text may come from a client who made it up: the worst that it can do is to have that
/// client's own reads loaded anew, as `loader-limits` allows.
public final class Witness: Sendable, CustomStringConvertible {
  private let notes = Lock<[WitnessNote]>([])
  private let clock: any CacheClock
  private let lasting: Duration

  /// How many changes are remembered; the oldest makes room for the next.
  public static let capacity = 32

  init(clock: any CacheClock, lasting: Duration) {
    (self.clock, self.lasting) = (clock, lasting)
  }

  init?(_ text: String, clock: any CacheClock, lasting: Duration) {
    (self.clock, self.lasting) = (clock, lasting)
    let parts = text.split(separator: ".", omittingEmptySubsequences: true)
    guard parts.count <= Self.capacity else { return nil }
    let now = clock.now
    var read: [WitnessNote] = []
    for part in parts {
      guard let note = WitnessNote(part, now: now, atMost: lasting) else { return nil }
      read.append(note)
    }
    let known = read
    notes.withLock { $0 = known }
  }

  /// The witness as text that fits into a header or a cookie: at most 3 KiB.
  public var description: String {
    let now = clock.now
    return notes.withLock { $0 }.filter { now < $0.until }.map { $0.text(at: now) }
      .joined(separator: ".")
  }

  /// Whether nothing is remembered, or no more.
  public var isEmpty: Bool {
    let now = clock.now
    return notes.withLock { $0 }.allSatisfy { $0.until <= now }
  }

  /// Remembers a change of one key, or with `nil` of a whole cache.
  func note(_ token: ConsistencyToken, cache: UInt64, key: KeyDigest?) {
    let now = clock.now
    let note = WitnessNote(cache: cache, key: key, token: token, until: now + lasting)
    notes.withLock { notes in
      notes.removeAll { $0.until <= now || ($0.cache == cache && $0.key == key) }
      if notes.count >= Self.capacity { notes.removeFirst() }
      notes.append(note)
    }
  }

  /// The options of a read, with what the witness knows about the key.
  func options(_ options: RequestOptions, cache: UInt64, key: () -> KeyDigest) -> RequestOptions {
    let now = clock.now
    let own = notes.withLock { notes in notes.filter { $0.cache == cache && now < $0.until } }
    if own.isEmpty { return options }
    let key = key()
    var options = options
    for note in own where note.key == nil || note.key == key { options.heed(note.token) }
    return options
  }
}

extension RequestOptions {
  /// Lets nothing through that is older than `other` either. Two tokens that cannot be compared
  /// leave nothing that could be trusted: the call goes past all tiers.
  fileprivate mutating func heed(_ other: ConsistencyToken) {
    guard let known = token else { return token = other }
    if known.version.issuer != other.version.issuer || known.origin != other.origin {
      skipReading = .all
    } else if known.version.isOlder(than: other.version) {
      token = other
    }
  }
}

extension Strata {
  /// A witness that has seen nothing yet; what it sees counts for `lasting`, which should be longer
  /// than a change takes to reach every node.
  public func witness(lasting: Duration = .seconds(30)) -> Witness {
    Witness(clock: runtime.clock, lasting: lasting)
  }

  /// A witness from its text, as it came back from a client; `nil` where the text is none.
  public func witness(from text: String, lasting: Duration = .seconds(30)) -> Witness? {
    Witness(text, clock: runtime.clock, lasting: lasting)
  }
}
