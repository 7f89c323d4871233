// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
internal import StrataCore

/// Has servers tell what others change, on the connections that commands travel on.
///
/// On those, because what a server tells stands in order with its replies: whoever gets a value
/// hears of its next change after it. That needs RESP3.
///
/// - **Broadcast:** every change of a name with the store's prefix is told to every node.
/// - **By reading** (what servers call the default): what this node has read is told once it
///   changes. A server forgets that a name was read when this node writes it, so every write is
///   followed by a read, which shows too whether somebody else was faster.
///
/// The nodes are watched while each primary has confirmed, on its present connection.
final class RESPTracking: Sendable {
  /// What is told.
  enum Mode: String, CaseIterable, Sendable {
    /// Everything.
    case broadcast
    /// What was read.
    case reading
  }

  private struct Watcher {
    let namespace: String
    let receive: @Sendable (StoreChange) -> Void
  }

  private struct State {
    /// The connections that have confirmed.
    var confirmed: [ObjectIdentifier: UInt64] = [:]
    var watchers: [Int: Watcher] = [:]
    var next = 0
    var isWatching = false
    /// How often a connection came or went: what was found out before does not count after.
    var turns = 0
  }

  let mode: Mode
  private let keys: RESPKeyspace
  private let issuer: UInt8
  private let runtime: CacheRuntime
  private let state = Lock(State())

  init(_ mode: Mode, _ keys: RESPKeyspace, issuer: UInt8, _ runtime: CacheRuntime) {
    (self.mode, self.keys, self.issuer, self.runtime) = (mode, keys, issuer, runtime)
  }

  /// Whether anybody watches.
  var isWanted: Bool { state.withLock { !$0.watchers.isEmpty } }

  // MARK: Watchers

  func add(_ namespace: String, _ receive: @escaping @Sendable (StoreChange) -> Void) -> Int {
    let (number, isWatching) = state.withLock { state in
      state.next += 1
      state.watchers[state.next] = Watcher(namespace: namespace, receive: receive)
      return (state.next, state.isWatching)
    }
    if isWatching { receive(.watching) }
    return number
  }

  func remove(_ number: Int) { state.withLock { $0.watchers[number] = nil } }

  // MARK: Connections

  /// Takes note of what happens on a node's connection.
  func hear(_ event: RESPEvent, _ node: RESPStoreNode) {
    switch event {
    case .connected, .lost: forget(node)
    case .opened: if isWanted { ask(node) }
    case .push(let value): take(value, from: node)
    case .failed: break
    }
  }

  /// Asks a node to tell, without waiting.
  func ask(_ node: RESPStoreNode) {
    let generation = node.client.generation
    let isBroadcast = mode == .broadcast
    let prefixes = keys.everything
    node.client.post { writer in
      guard isBroadcast else { return writer.command("CLIENT", "TRACKING", "ON", "NOLOOP") }
      writer.command("CLIENT", arguments: 4 + prefixes.count * 2)
      for word in ["TRACKING", "ON", "BCAST", "NOLOOP"] { writer.argument(word) }
      for prefix in prefixes {
        writer.argument("PREFIX")
        writer.argument(prefix)
      }
    } read: { [weak self, weak node] frame in
      guard let self, let node, frame.isOK else { return }
      self.state.withLock { $0.confirmed[ObjectIdentifier(node)] = generation }
    }
  }

  /// Whether every one of these nodes tells; asks those again that do not.
  func isComplete(_ primaries: [RESPStoreNode]) -> Bool {
    let (confirmed, turns) = state.withLock { ($0.confirmed, $0.turns) }
    let silent = primaries.filter { confirmed[ObjectIdentifier($0)] != $0.client.generation }
    for node in silent { ask(node) }
    if !silent.isEmpty || primaries.isEmpty { return false }
    turn(isWatching: true, since: turns)
    return true
  }

  private func forget(_ node: RESPStoreNode) {
    let turns = state.withLock { state in
      state.confirmed[ObjectIdentifier(node)] = nil
      state.turns += 1
      return state.turns
    }
    turn(isWatching: false, since: turns)
  }

  private func turn(isWatching: Bool, since turns: Int) {
    let watchers = state.withLock { state -> [Watcher] in
      if state.isWatching == isWatching || state.turns != turns { return [] }
      state.isWatching = isWatching
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.receive(isWatching ? .watching : .lost) }
  }

  // MARK: Changes

  /// Tells of a push: the names that have changed, or of everything.
  ///
  /// What was changed is read again. The version shows whose change it was, since a server tells a
  /// node of what its own scripts have changed; and a name that was read is told of again.
  private func take(_ value: RESPValue, from node: RESPStoreNode) {
    guard value[0]?.string == "invalidate", let names = value[1] else { return }
    guard let names = names.elements?.compactMap(\.bytes) else { return tellAll(.cleared) }
    let records = names.filter { keys.key(ofRecord: $0) != nil }
    for name in names where keys.key(ofRecord: name) == nil { tell(name, nil) }
    check(records, at: node) { _ in true }
  }

  /// Reads the versions of names, and tells of those that are what `isTold` says, or are not known.
  func check(
    _ names: [[UInt8]], at node: RESPStoreNode, _ isTold: @escaping @Sendable (UInt64?) -> Bool
  ) {
    if names.isEmpty { return }
    runtime.tasks.spawn("resp changes") {
      let versions = await Self.versions(of: names, node.client)
      for (name, version) in zip(names, versions) where isTold(version) { self.tell(name, version) }
    }
  }

  private static func versions(of names: [[UInt8]], _ client: RESPClient) async -> [UInt64?] {
    let results = try? await client.sendAll(names.count, isRepeatable: true) { writer, index in
      writer.command("GETRANGE", names[index], 0, 15)
    } read: { (frame) throws(RESPClientError) -> UInt64? in
      frame.withUnsafeBytes { bytes in
        bytes.count >= RESPRecord.versionLength ? RESPRecord.number(bytes, at: 0) : nil
      }
    }
    return results?.map { (try? $0.get()) ?? nil } ?? names.map { _ in nil }
  }

  func tell(_ name: [UInt8], _ number: UInt64?) {
    let version = number.map { Version(issuer: issuer, number: $0) }
    for watcher in state.withLock({ Array($0.watchers.values) }) {
      switch keys.change(of: name, in: watcher.namespace) {
      case .changed(let changed):
        watcher.receive(.changed(changed.map { ChangedKey($0.key, version: version) }))
      case let change?: watcher.receive(change)
      case nil: break
      }
    }
  }

  private func tellAll(_ change: StoreChange) {
    for watcher in state.withLock({ Array($0.watchers.values) }) { watcher.receive(change) }
  }
}
