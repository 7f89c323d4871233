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
  let client: RESPClient
  let keys: RESPKeyspace
  let clock: RESPClock
  private let readOne: RESPReading<StoreRead>
  private let readMany: RESPReading<[StoreRead]>

  /// Creates the store; ``open()`` connects it.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let settings = try RESPStoreOptions(options)
    let clock = RESPClock(runtime.clock)
    let asking = RESPAsking(clock, runtime)
    let openings = [asking.opening] + RESPScripts.all.map { $0.loading }
    do throws(RESPClientError) {
      client = try RESPClient(settings.client, runtime: runtime, openings: openings) { event in
        settings.report(event, to: runtime.reporter)
      }
    } catch {
      throw options.error(about: RESPStoreOptions.url, "this process has no network")
    }
    keys = RESPKeyspace(prefix: settings.prefix)
    let reader = RESPRecordReader(clock: clock, issuer: options.issuer)
    readOne = { (frame) throws(RESPClientError) in try reader.read(frame) }
    readMany = { (frame) throws(RESPClientError) in
      try frame.readArray { (element) throws(RESPClientError) in try reader.read(element) }
    }
    self.settings = settings
    self.runtime = runtime
    self.clock = clock
  }

  /// Connects, and goes on without a connection where the server does not answer in time.
  public func open() async throws {
    client.start()
    await client.waitUntilConnected(atMost: settings.client.timeout)
  }

  /// Finds what is stored for each key, in one round trip.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    if keys.isEmpty { return .many([]) }
    keepTime()
    do throws(RESPClientError) {
      if case .one(let key) = keys {
        return .one(
          try await client.send(
            isRepeatable: true,
            { [keys = self.keys] writer in
              writer.command("GET", arguments: 1)
              keys.writeRecord(key, &writer)
            }, read: readOne))
      }
      let reads = try await client.send(
        isRepeatable: true,
        { [names = self.keys] writer in
          writer.command("MGET", arguments: keys.count)
          for key in keys { names.writeRecord(key, &writer) }
        }, read: readMany)
      return .many(reads)
    } catch {
      throw failure(error, in: "get")
    }
  }

  /// Removes each key and leaves a tombstone, in one round trip.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    let lease = settings.lease
    let results = try await runAll(
      RESPScripts.remove, keys.count, isRepeatable: true, in: "remove"
    ) { [names = self.keys] writer, index in
      RESPScripts.remove.write(&writer, keys: 2, arguments: 1)
      names.writeRecord(keys[keys.startIndex + index], &writer)
      names.writeClear(of: keys[keys.startIndex + index], &writer)
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

  /// Removes everything whose key begins with `namespace` and a colon, page by page, and refuses
  /// fills that were on their way.
  public func clear(_ namespace: String) async throws {
    do throws(RESPClientError) {
      let version = try await client.run(
        RESPScripts.mark, keys: [keys.clear(namespace)], arguments: [settings.lease],
        isRepeatable: true
      ) { [clock] (frame) throws(RESPClientError) in
        try RESPAnswer(frame, clock).version
      }
      let pattern = keys.pattern(namespace)
      var cursor: UInt64 = 0
      repeat {
        let page = try await client.scan(from: cursor, matching: pattern)
        cursor = page.next
        try await purge(page.keys, before: version)
      } while cursor != 0
    } catch {
      throw failure(error, in: "clear")
    }
  }

  /// Closes the connection.
  public func close() async { await client.close() }

  private func purge(_ keys: [[UInt8]], before version: UInt64) async throws(RESPClientError) {
    if keys.isEmpty { return }
    _ = try await client.run(
      RESPScripts.purge, keys: keys, arguments: [RESPRecord.text(version)], isRepeatable: true
    ) { (frame) throws(RESPClientError) in
      try frame.readInteger()
    }
  }

  /// Asks for the server's time ahead of a read when what is known of it grows old. It travels in
  /// the same write and its answer comes first.
  func keepTime() {
    let now = runtime.clock.coarseNow
    if clock.asks(at: now) { RESPAsking(clock, runtime).ask(client) }
  }
}
