// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
public import StrataCore

extension RESPStore {
  /// Finds what is stored for each key, in one round trip to each server. Of several servers, those
  /// that do not answer make their own keys misses.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    if keys.isEmpty { return .many([]) }
    do throws(RESPClientError) {
      if let only = fleet.only { return try await get(keys, from: only) }
      if case .one(let key) = keys { return .one(try await get(key, in: self.keys.slot(of: key))) }
      return .many(try await getMany(keys))
    } catch {
      throw failure(error, in: "get")
    }
  }

  /// The road of one server: `GET`, or one `MGET`.
  private nonisolated(nonsending) func get(
    _ keys: Batch<CacheKey>, from node: RESPStoreNode
  ) async throws(RESPClientError) -> Batch<StoreRead> {
    node.keepTime()
    if case .one(let key) = keys {
      return .one(
        try await node.client.send(
          isRepeatable: true,
          { [keys = self.keys] writer in
            writer.command("GET", arguments: 1)
            keys.writeRecord(key, &writer)
          }, read: node.readOne))
    }
    let reads = try await node.client.send(
      isRepeatable: true,
      { [names = self.keys] writer in
        writer.command("MGET", arguments: keys.count)
        for key in keys { names.writeRecord(key, &writer) }
      }, read: node.readMany)
    return .many(reads)
  }

  private nonisolated(nonsending) func get(
    _ key: CacheKey, in slot: Int
  ) async throws(RESPClientError) -> StoreRead {
    fleet.owner(of: slot)?.keepTime()
    let found = try await fleet.send(slot: slot, .reading) { [keys] writer, _ in
      writer.command("GET", arguments: 1)
      keys.writeRecord(key, &writer)
    } read: { node in
      Self.reading(by: node)
    }
    return trusted(found, slot)
  }

  /// Of keys in different slots each is asked for by itself, in one write to each server.
  private nonisolated(nonsending) func getMany(
    _ keys: Batch<CacheKey>
  ) async throws(RESPClientError) -> [StoreRead] {
    let slots = keys.map { self.keys.slot(of: $0) }
    for node in fleet.primaries { node.keepTime() }
    let results = try await fleet.sendAll(slots, .reading) { [names = self.keys] writer, index, _ in
      writer.command("GET", arguments: 1)
      names.writeRecord(keys[keys.startIndex + index], &writer)
    } read: { node in
      Self.reading(by: node)
    }
    var failure: RESPClientError?
    var reads: [StoreRead] = []
    for (slot, result) in zip(slots, results) {
      do throws(RESPClientError) {
        reads.append(trusted(try result.get(), slot))
      } catch {
        failure = error
        reads.append(StoreRead(miss: .unavailable))
      }
    }
    if let failure, results.allSatisfy(\.isFailure) { throw failure }
    return reads
  }

  private typealias Found = (read: StoreRead, node: RESPStoreNode)

  private static func reading(by node: RESPStoreNode) -> RESPReading<Found> {
    { (frame) throws(RESPClientError) in (try node.readOne(frame), node) }
  }

  /// Only who holds the slot, and goes on holding it, can give the version of a fill.
  private func trusted(_ found: Found, _ slot: Int) -> StoreRead {
    if fleet.owner(of: slot) === found.node { return found.read }
    var read = found.read
    read.fillVersion = nil
    return read
  }
}

extension Result {
  fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
