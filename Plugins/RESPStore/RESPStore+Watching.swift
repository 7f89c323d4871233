// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
public import StrataCore

extension RESPStore: WatchedStore {
  /// Has the servers tell what others change in the namespace.
  public func watch(
    _ namespace: String, _ receive: @escaping @Sendable (StoreChange) -> Void
  ) -> any TransportSubscription {
    let watching = RESPWatch(tracking, tracking.add(namespace, receive))
    let primaries = fleet.primaries
    for node in primaries { tracking.ask(node) }
    return watching
  }

  /// Asks every server whether it is there, on the connection on which it tells.
  public func checkWatch() async throws {
    do throws(RESPClientError) {
      let primaries = fleet.primaries
      for node in primaries {
        try await node.client.send(isRepeatable: true) { writer in
          writer.command("PING")
        } read: { (frame) throws(RESPClientError) in
          _ = try frame.readText()
        }
      }
      guard tracking.isComplete(primaries) else { throw .unavailable(nil) }
    } catch {
      throw failure(error, in: "watch")
    }
  }

  /// Reads what was just written, where servers tell of what was read: a server forgets who has
  /// read a name when it is written. What others have written since is told right away.
  func readBack(_ write: StoreWrite, _ version: Version) {
    guard tracking.mode == .reading, tracking.isWanted else { return }
    let own = version.number
    readBack(keys.record(write.key)) { $0 != own }
    let namespace = keys.namespace(of: write.key)
    for tag in write.tags {
      let mark = keys.mark(InvalidationMark(namespace: namespace, tag: tag))
      readBack(mark) { ($0 ?? 0) >= own }
    }
  }

  private func readBack(_ name: [UInt8], _ isTold: @escaping @Sendable (UInt64?) -> Bool) {
    guard let node = fleet.owner(of: fleet.slot(of: name)) else { return tracking.tell(name, nil) }
    tracking.check([name], at: node, isTold)
  }
}

/// One watcher of a store.
private final class RESPWatch: TransportSubscription {
  private let tracking: RESPTracking
  private let number: Int

  init(_ tracking: RESPTracking, _ number: Int) {
    (self.tracking, self.number) = (tracking, number)
  }

  func cancel() { tracking.remove(number) }
}
