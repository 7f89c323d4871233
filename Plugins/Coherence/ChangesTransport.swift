// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What a watched store tells, in the form of messages from one sender that never dies: the store.
///
/// So one station does for both. What this node has to tell is not sent, because the store tells
/// it; its heartbeats come back once the store has shown that it would tell.
final class ChangesTransport: MessageTransport {
  private struct State {
    var number: UInt64 = 0
    var receive: (@Sendable (TransportEvent) -> Void)?
  }

  private let store: any WatchedStore
  private let namespace: String
  /// The store, as a sender.
  private let incarnation: UInt64
  private let state = Lock(State())

  init(_ store: any WatchedStore, namespace: String, random: any CacheRandom) {
    self.store = store
    self.namespace = namespace
    incarnation = random.next()
  }

  func publish(_ message: [UInt8], on channel: String) async throws {
    guard let bulletin = Bulletin(message), bulletin.kind == .heartbeat else { return }
    try await store.checkWatch()
    deliver(message)
    deliver(
      state.withLock { Bulletin(.heartbeat, incarnation: incarnation, number: $0.number) }.bytes)
  }

  func subscribe(
    to channel: String, _ receive: @escaping @Sendable (TransportEvent) -> Void
  ) -> any TransportSubscription {
    state.withLock { $0.receive = receive }
    return store.watch(namespace) { [weak self] change in
      switch change {
      case .watching: receive(.subscribed)
      case .lost: receive(.lost)
      case .changed(let keys):
        self?.tell(keys.map { .outdated(key: $0.key, $0.version, isSettled: true) })
      case .invalidated(let tag): self?.tell([.tag(tag.name, isSettled: true)])
      case .cleared: self?.tell([.cleared(isSettled: true)])
      }
    }
  }

  private func tell(_ items: [Bulletin.Item]) {
    for first in stride(from: 0, to: items.count, by: Bulletin.mostItems) {
      let part = Array(items[first..<min(items.count, first + Bulletin.mostItems)])
      let number = state.withLock { state in
        state.number += 1
        return state.number
      }
      deliver(Bulletin(.news, incarnation: incarnation, number: number, items: part).bytes)
    }
  }

  private func deliver(_ bytes: [UInt8]) {
    state.withLock { $0.receive }?(.message(bytes))
  }
}
