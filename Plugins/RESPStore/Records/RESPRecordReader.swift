// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
internal import StrataCore

/// Makes what a tier is told of what the server keeps.
///
/// It runs where the reply is read, in the order of replies: only so is the lower bound of the
/// server's clock older than the read itself.
struct RESPRecordReader: Sendable {
  let clock: RESPClock
  let issuer: UInt8

  func read(_ frame: borrowing RESPFrame) throws(RESPClientError) -> StoreRead {
    let bounds = clock.bounds
    if frame.isNull {
      return StoreRead(miss: .neverCached, fillVersion: bounds.map { version($0.lower) })
    }
    guard frame.kind == .bulkString else { throw .unexpectedReply(frame.kind) }
    return frame.withUnsafeBytes { read($0, bounds) }
  }

  private func read(
    _ bytes: UnsafeRawBufferPointer, _ bounds: (lower: UInt64, upper: UInt64)?
  ) -> StoreRead {
    guard let record = RESPRecord(bytes) else {
      return StoreRead(miss: .rejected, fillVersion: bounds.map { version($0.lower) })
    }
    // One more than what is stored and one less than what can be stored next.
    let fill = bounds.map { version(max($0.lower, record.version &+ 1)) }
    guard let expiry = record.expiry else {
      return StoreRead(miss: .invalidated, fillVersion: fill)
    }
    if let upper = bounds?.upper, upper >= expiry {
      return StoreRead(miss: .expired, fillVersion: fill)
    }
    let envelope = [UInt8](bytes[RESPRecord.headLength...])
    var read = StoreRead(
      .sealed(envelope), version: version(record.version), fillVersion: fill)
    if let upper = bounds?.upper {
      read.remaining = .microseconds(Int64(clamping: expiry - upper))
    }
    return read
  }

  private func version(_ number: UInt64) -> Version { Version(issuer: issuer, number: number) }
}

/// What a script that changes something answers: the version, and the server's time.
struct RESPAnswer {
  let version: UInt64

  init(_ frame: borrowing RESPFrame, _ clock: RESPClock) throws(RESPClientError) {
    let numbers = frame.withUnsafeBytes { bytes -> (UInt64, UInt64)? in
      guard bytes.count == 32, let version = RESPRecord.number(bytes, at: 0),
        let now = RESPRecord.number(bytes, at: 16)
      else { return nil }
      return (version, now)
    }
    guard let numbers else { throw .unexpectedReply(frame.kind) }
    version = numbers.0
    guard clock.raise(numbers.1) else { throw .unexpectedReply(frame.kind) }
  }
}

/// Asks the server for its time.
struct RESPAsking: Sendable {
  let clock: RESPClock
  let runtime: CacheRuntime

  init(_ clock: RESPClock, _ runtime: CacheRuntime) {
    self.clock = clock
    self.runtime = runtime
  }

  /// Asks on every new connection, before anything else.
  var opening: RESPOpening {
    RESPOpening { [clock] writer, generation in
      clock.begin(generation)
      writer.command("TIME")
    } read: { (frame, _) throws(RESPClientError) in
      try hear(frame, askedAt: nil)
    }
  }

  /// Asks now, without waiting.
  func ask(_ client: RESPClient) {
    let askedAt = runtime.now
    client.post {
      $0.command("TIME")
    } read: { (frame) throws(RESPClientError) in
      try hear(frame, askedAt: askedAt)
    }
  }

  private func hear(
    _ frame: borrowing RESPFrame, askedAt: Timestamp?
  ) throws(RESPClientError) {
    if let error = frame.error { throw .server(error) }
    let isPossible = clock.hear(try frame.readTime(), askedAt: askedAt)
    guard isPossible else { throw .unexpectedReply(frame.kind) }
  }
}
