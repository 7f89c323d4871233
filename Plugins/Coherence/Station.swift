// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A node's place on the channel: sends what changed here, hears what changed elsewhere, and knows
/// whether it hears at all.
///
/// Sending is one message at a time, in the order of their numbers; what changes meanwhile goes
/// into the next. A message that may not have been sent is sent again under its number. Hearing is
/// proved by the node's own heartbeats: as long as they come back the subscription stands. While
/// they do not, everything in the local tiers is put in doubt with every beat, so that no entry is
/// trusted for longer than that.
final class Station: Sendable {
  struct Timing: Sendable {
    var heartbeat: Duration
    var silence: Duration
  }

  private struct State {
    var outbox = Outbox()
    var unsent: Bulletin?
    var number: UInt64 = 0
    var wantsHeartbeat = false
    var isSending = false
    var hearing = Hearing()
    var inbox: [Bulletin.Item] = []
    var isApplying = false
    var isSubscribed = false
    var heardOwnAt: Timestamp?
    var deafSince: Timestamp?
    var hasReported = false
    var status = CoherenceStatus()
  }

  let incarnation: UInt64
  private let state = Lock(State())
  private let transport: any MessageTransport
  private let channel: String
  private let context: CacheContext
  private let timing: Timing

  init(transport: any MessageTransport, context: CacheContext, timing: Timing) {
    self.transport = transport
    self.context = context
    self.timing = timing
    channel = "\(context.policy.namespace):coherence"
    incarnation = context.runtime.random.next()
  }

  var status: CoherenceStatus {
    state.withLock { state in
      var status = state.status
      (status.isSure, status.nodes) = (state.deafSince == nil, state.hearing.count)
      status.waiting = state.outbox.count + (state.unsent?.items.count ?? 0)
      return status
    }
  }

  // MARK: Life

  func run() async throws {
    let start = context.runtime.now
    state.withLock { $0.deafSince = start }
    let subscription = transport.subscribe(to: channel) { self.take($0) }
    defer { subscription.cancel() }
    while !Task.isCancelled {
      beat()
      try await context.runtime.clock.sleep(for: timing.heartbeat)
    }
  }

  /// Says what is left to say, and that there will be no more.
  func sayFarewell() async {
    while state.withLock({ $0.unsent != nil || !$0.outbox.isEmpty || $0.isSending }) {
      do { try await context.runtime.clock.sleep(for: .milliseconds(20)) } catch { return }
      startSending()
    }
    let number = state.withLock { $0.number }
    let farewell = Bulletin(.farewell, incarnation: incarnation, number: number)
    try? await transport.publish(farewell.bytes, on: channel)
  }

  // MARK: Sending

  func announce(_ items: [Bulletin.Item]) {
    if items.isEmpty { return }
    state.withLock { state in for item in items { state.outbox.add(item) } }
    startSending()
  }

  private func startSending() {
    let isFirst = state.withLock { state in
      defer { state.isSending = true }
      return !state.isSending
    }
    guard isFirst else { return }
    if !context.background.start("tell other nodes", { await self.send() }) {
      state.withLock { $0.isSending = false }
    }
  }

  private func send() async {
    var pause = Duration.milliseconds(100)
    while let bulletin = nextBulletin() {
      do {
        let (transport, channel) = (transport, channel)
        try await context.runtime.run(
          "publish", until: context.runtime.now + timing.silence
        ) { try await transport.publish(bulletin.bytes, on: channel) }
        sent(bulletin)
        pause = .milliseconds(100)
      } catch {
        // Sent again under its number; whoever heard it the first time knows it by that.
        if bulletin.kind == .heartbeat { continue }
        let jitter = Duration.nanoseconds(context.runtime.random.below(50_000_000))
        guard (try? await context.runtime.clock.sleep(for: pause + jitter)) != nil else { break }
        pause = min(.seconds(1), pause * 2)
      }
    }
    state.withLock { $0.isSending = false }
  }

  /// What to send now; `nil` ends the sending.
  private func nextBulletin() -> Bulletin? {
    state.withLock { state in
      if let unsent = state.unsent { return unsent }
      let items = state.outbox.take()
      if !items.isEmpty {
        state.number += 1
        state.unsent = Bulletin(.news, incarnation: incarnation, number: state.number, items: items)
        return state.unsent
      }
      guard state.wantsHeartbeat else {
        state.isSending = false
        return nil
      }
      state.wantsHeartbeat = false
      return Bulletin(.heartbeat, incarnation: incarnation, number: state.number)
    }
  }

  private func sent(_ bulletin: Bulletin) {
    state.withLock { state in
      state.status.sent += 1
      if bulletin.kind == .news { state.unsent = nil }
    }
  }

  // MARK: Hearing

  private func take(_ event: TransportEvent) {
    let now = context.runtime.now
    switch event {
    case .subscribed:
      state.withLock { ($0.isSubscribed, $0.heardOwnAt) = (true, now) }
      // What changed until this moment was not heard.
      doubt()
      noteHearing()
    case .lost:
      state.withLock { $0.isSubscribed = false }
      doubt()
      noteDeafness()
    case .message(let bytes): take(bytes, at: now)
    }
  }

  private func take(_ bytes: [UInt8], at now: Timestamp) {
    guard let bulletin = Bulletin(bytes) else {
      // Of a later release, or damaged: whatever it says has to be expected.
      let isFirst = state.withLock { state in
        state.status.unreadable += 1
        return state.status.unreadable == 1
      }
      if isFirst { context.report(.warning, "message not understood", source: Coherence.id.name) }
      return doubt()
    }
    if bulletin.incarnation == incarnation {
      state.withLock { $0.heardOwnAt = now }
      return noteHearing()
    }
    let verdict = state.withLock { state in
      state.status.heard += 1
      let verdict = state.hearing.hear(bulletin, at: now)
      if verdict.hasGap { state.status.gaps += 1 }
      return verdict
    }
    if verdict.hasGap { doubt() }
    if verdict.isNew { apply(bulletin.items) }
  }

  private func doubt() {
    state.withLock { $0.status.doubts += 1 }
    context.ledger.doubt()
  }

  // MARK: Knowing whether one hears

  /// One heartbeat: sends one, and looks who has not been heard.
  private func beat() {
    let now = context.runtime.now
    let limit = timing.silence
    let (isDeaf, silent) = state.withLock { state in
      state.wantsHeartbeat = true
      let hears = state.isSubscribed && now < (state.heardOwnAt ?? .distantPast) + limit
      return (!hears, state.hearing.forgetSilent(at: now, after: limit))
    }
    startSending()
    // Whoever fell silent may have changed something and died before saying so.
    if isDeaf || silent > 0 { doubt() }
    if isDeaf { noteDeafness() }
  }

  private func noteDeafness() {
    let now = context.runtime.now
    let isLong = state.withLock { state in
      let since = state.deafSince ?? now
      state.deafSince = since
      guard !state.hasReported, now >= since + timing.silence else { return false }
      state.hasReported = true
      return true
    }
    if isLong {
      context.report(
        .warning, "hears nothing from other nodes", source: Coherence.id.name,
        details: [("channel", channel)])
    }
  }

  private func noteHearing() {
    let wasReported = state.withLock { state in
      guard state.isSubscribed else { return false }
      defer { (state.deafSince, state.hasReported) = (nil, false) }
      return state.hasReported
    }
    if wasReported { context.report(.info, "hears other nodes again", source: Coherence.id.name) }
  }

  // MARK: Doing what was heard

  /// What concerns no keys is done before this returns; the rest follows in order, behind.
  private func apply(_ items: [Bulletin.Item]) {
    let isFull = state.withLock { state in
      state.inbox += items.filter { !$0.isSettled || $0.isSlow }
      guard state.inbox.count > 10_000 else { return false }
      state.inbox.removeAll(where: \.isSettled)
      return true
    }
    if isFull { doubt() }
    for item in items { applyNow(item) }
    let isFirst = state.withLock { state in
      guard !state.inbox.isEmpty, !state.isApplying else { return false }
      state.isApplying = true
      return true
    }
    guard isFirst else { return }
    if !context.background.start("hear other nodes", { await self.applyInbox() }) {
      state.withLock { ($0.isApplying, $0.inbox) = (false, []) }
      doubt()
    }
  }

  private func applyNow(_ item: Bulletin.Item) {
    switch item {
    case .tag(let name, _): context.ledger.invalidate([Tag(name)])
    case .cleared: context.ledger.clear()
    case .flood: doubt()
    case .outdated(let key, _, _), .expired(let key, _): context.ledger.revoke(own(key))
    }
  }

  private func own(_ key: [UInt8]) -> CacheKey {
    CacheKey(bytes: key, seed: context.runtime.hashSeed)
  }

  private func applyInbox() async {
    while let items = takeInbox() {
      for request in Self.requests(for: items, own) {
        do {
          _ = try await context.reenter(request)
        } catch {
          // Not done, so it has to be expected everywhere.
          doubt()
        }
      }
    }
  }

  private func takeInbox() -> [Bulletin.Item]? {
    state.withLock { state in
      if state.inbox.isEmpty {
        state.isApplying = false
        return nil
      }
      defer { state.inbox.removeFirst(min(state.inbox.count, Bulletin.mostItems)) }
      return Array(state.inbox.prefix(Bulletin.mostItems))
    }
  }

  /// The changes as this node's pipeline carries them out.
  static func requests(
    for items: [Bulletin.Item], _ own: ([UInt8]) -> CacheKey
  ) -> [CacheRequest] {
    var requests: [CacheRequest] = []
    for isSettled in [true, false] {
      var outdated: [(key: CacheKey, version: Version?)] = []
      var expired: [CacheKey] = []
      for item in items where item.isSettled == isSettled {
        switch item {
        case .outdated(let key, let version, _): outdated.append((own(key), version))
        case .expired(let key, _): expired.append(own(key))
        case .tag(let name, _):
          requests.append(echo(.invalidate([Tag(name)]), [], isSettled: isSettled))
        case .cleared: requests.append(echo(.clear, [], isSettled: isSettled))
        case .flood: break
        }
      }
      if !outdated.isEmpty {
        requests.append(
          echo(
            .remove, outdated.map(\.key), versions: outdated.map(\.version), isSettled: isSettled))
      }
      if !expired.isEmpty { requests.append(echo(.expire, expired, isSettled: isSettled)) }
    }
    return requests
  }

  private static func echo(
    _ operation: CacheOperation, _ keys: [CacheKey], versions: [Version?] = [], isSettled: Bool
  ) -> CacheRequest {
    var request = CacheRequest(operation, keys: Batch(keys))
    request.echo = ChangeEcho(versions: Batch(versions), isSettled: isSettled)
    return request
  }
}

extension Bulletin.Item {
  /// Whether it takes a walk through the pipeline.
  fileprivate var isSlow: Bool {
    switch self {
    case .tag, .flood: false
    case .outdated, .expired, .cleared: true
    }
  }
}
