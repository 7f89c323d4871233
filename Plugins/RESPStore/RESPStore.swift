// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
public import StrataCore
internal import StrataNetwork

/// A store on a Redis or Valkey server, which any number of processes share.
///
/// The server orders all writers: versions are its clock, and each change is one script that
/// compares and stores. A read is one plain `GET` or `MGET`. What the server is not asked to
/// promise is in `README.md`.
public final class RESPStore: CacheStore {
  /// `resp`.
  public static let kind: PluginID = "resp"
  /// Orders writers, is seen by several processes, lists keys, locks, marks and carries messages.
  public static let capabilities: StoreCapabilities = [
    .versions, .sharing, .scan, .locks, .marks, .messages,
  ]
  /// The options.
  public static var options: [any OptionDeclaration] { RESPStoreOptions.all }

  let settings: RESPStoreOptions
  let runtime: CacheRuntime
  let fleet: RESPFleet<RESPStoreNode>
  let keys: RESPKeyspace
  let floors: RESPFloors

  /// Creates the store; ``open()`` connects it.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let settings = try RESPStoreOptions(options)
    let floors = RESPFloors(count: settings.plan.slots.count)
    do throws(RESPClientError) {
      fleet = try RESPFleet(settings.plan, runtime: runtime) { slots, node in
        floors.raise(slots, to: node.clock.bounds?.upper ?? 0)
      } make: { (configuration, ear) throws(RESPClientError) in
        try RESPStoreNode(configuration, ear, settings, runtime)
      }
    } catch {
      throw options.error(about: RESPStoreOptions.url, "this process has no network")
    }
    keys = RESPKeyspace(prefix: settings.prefix, slots: settings.plan.slots)
    self.floors = floors
    self.settings = settings
    self.runtime = runtime
  }

  /// Connects, and goes on without a connection where the servers do not answer in time.
  public func open() async throws {
    await fleet.open(atMost: settings.plan.template.timeout)
  }

  /// Removes each key and leaves a tombstone, in one round trip to each server.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    let lease = settings.lease
    let slots = keys.map { self.keys.slot(of: $0) }
    let results = try await runAll(RESPScripts.remove, slots, .repeatable, in: "remove") {
      [names = self.keys] writer, index, _ in
      RESPScripts.remove.write(&writer, keys: 2, arguments: 1)
      names.writeRecord(keys[keys.startIndex + index], &writer)
      names.writeClear(of: keys[keys.startIndex + index], in: slots[index], &writer)
      writer.argument(lease)
    }
    let versions = try results.map { result -> Version? in
      guard let version = try unwrap(result, in: "remove") else {
        throw CacheError(.storeFailed, "the store '\(settings.name)' returned no version")
      }
      return version
    }
    return versions.count == 1 ? .one(versions[0]) : .many(versions)
  }

  /// Closes every connection.
  public func close() async { await fleet.close() }
}
