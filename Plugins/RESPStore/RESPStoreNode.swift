// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
internal import StrataCore

/// One server of the store, with what is known of its clock.
final class RESPStoreNode: RESPNode {
  let client: RESPClient
  let clock: RESPClock
  let readOne: RESPReading<StoreRead>
  let readMany: RESPReading<[StoreRead]>
  let readVersion: RESPReading<Version?>
  private let runtime: CacheRuntime

  init(
    _ configuration: RESPClientConfiguration, _ ear: RESPFleetEar, _ settings: RESPStoreOptions,
    _ runtime: CacheRuntime
  ) throws(RESPClientError) {
    let clock = RESPClock(runtime.clock)
    var openings = [RESPAsking(clock, runtime).opening] + RESPScripts.all.map { $0.loading }
    if settings.plan.slots == .cluster, settings.plan.readsReplicas {
      openings.append(.readingFromCopies)
    }
    client = try RESPClient(configuration, runtime: runtime, openings: openings) { event in
      ear.hear(event)
      settings.report(event, to: runtime.reporter)
    }
    self.clock = clock
    self.runtime = runtime
    let reader = RESPRecordReader(clock: clock, issuer: settings.issuer)
    readOne = { (frame) throws(RESPClientError) in try reader.read(frame) }
    readMany = { (frame) throws(RESPClientError) in
      try frame.readArray { (element) throws(RESPClientError) in try reader.read(element) }
    }
    readVersion = { [issuer = settings.issuer] frame throws(RESPClientError) in
      if frame.isNull { return nil }
      return Version(issuer: issuer, number: try RESPAnswer(frame, clock).version)
    }
  }

  /// Asks for the server's time ahead of a read when what is known of it grows old. It travels in
  /// the same write and its answer comes first.
  func keepTime() {
    if clock.asks(at: runtime.clock.coarseNow) { RESPAsking(clock, runtime).ask(client) }
  }
}

extension RESPOpening {
  /// Lets a copy in a cluster answer for the slots of its primary; others do not mind.
  fileprivate static let readingFromCopies = RESPOpening { writer, _ in
    writer.command("READONLY")
  } read: { _, _ in
  }
}
