// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
internal import Synchronization

/// One caller on its way: what it sent, what has come back, and whom to wake.
///
/// It belongs to its link and is touched under the link's lock only, until `isOver`; from then on
/// it belongs to whoever waits. Each of its slots in the connection holds one reference, which is
/// given back when the slot is resolved: by a reply, a timeout, a failure or a cancellation.
class RESPCall: @unchecked Sendable {
  // Sendable: see above; `isOver` is the handover and orders the memory on both sides of it.

  /// How it ended.
  enum End: Sendable {
    case done
    /// There is no connection yet, but one is being made.
    case notReady
    /// No room now; there will be.
    case full
    case failed(RESPClientError)
  }

  /// The slots, from the first ticket on; the replies come in this order.
  final var first: UInt64 = 0
  /// How many slots it has taken.
  final var sent = 0
  /// How many of them have their reply.
  final var received = 0
  /// Whom to resume; `nil` when nobody waits yet or any more.
  final var continuation: UnsafeContinuation<Void, Never>?
  final var end: End?
  /// Whether it is one of the commands that open a connection.
  final var isOpening = false
  final let isOver = Atomic(false)

  /// Takes the next reply in place. Throws where it is not what the command answers with.
  func take(_ frame: borrowing RESPFrame) throws(RESPClientError) {}

  /// Marks it as ended, once. Whoever gets the continuation resumes it outside of the lock.
  final func finish(_ end: End) -> UnsafeContinuation<Void, Never>? {
    guard self.end == nil else { return nil }
    self.end = end
    isOver.store(true, ordering: .releasing)
    return continuation.take()
  }

  /// The end, for the one that waited.
  final var outcome: End {
    _ = isOver.load(ordering: .acquiring)
    return end ?? .failed(.closed)
  }

  /// The word by which the connection knows it. It holds a reference until `release`.
  final func retainedTag() -> UInt { UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()) }

  /// The call of a tag, and its reference with it.
  static func release(_ tag: UInt) -> RESPCall? {
    UnsafeRawPointer(bitPattern: tag).map {
      Unmanaged<RESPCall>.fromOpaque($0).takeRetainedValue()
    }
  }
}

/// A call with one reply.
final class RESPSingleCall<Value: Sendable>: RESPCall, @unchecked Sendable {
  // Sendable: as its superclass.
  private let read: RESPReading<Value>
  private(set) var value: Value?

  init(_ read: @escaping RESPReading<Value>) { self.read = read }

  override func take(_ frame: borrowing RESPFrame) throws(RESPClientError) {
    if let error = frame.error { throw .server(error) }
    value = try read(frame)
  }
}

/// A call with a reply for each of its commands; an error among them is a result of its own.
final class RESPGroupCall<Value: Sendable>: RESPCall, @unchecked Sendable {
  // Sendable: as its superclass.
  private let read: RESPReading<Value>
  private(set) var values: [Result<Value, RESPClientError>] = []

  init(count: Int, _ read: @escaping RESPReading<Value>) {
    self.read = read
    super.init()
    values.reserveCapacity(count)
  }

  override func take(_ frame: borrowing RESPFrame) throws(RESPClientError) {
    if let error = frame.error { return values.append(.failure(.server(error))) }
    do throws(RESPClientError) {
      values.append(.success(try read(frame)))
    } catch {
      if case .unexpectedReply = error { throw error }
      values.append(.failure(error))
    }
  }
}

/// A command that nobody waits for.
final class RESPNote: RESPCall, @unchecked Sendable {
  // Sendable: as its superclass.
  private let read: RESPReading<Void>

  init(isOpening: Bool = false, _ read: @escaping RESPReading<Void>) {
    self.read = read
    super.init()
    self.isOpening = isOpening
  }

  override func take(_ frame: borrowing RESPFrame) throws(RESPClientError) {
    do throws(RESPClientError) {
      try read(frame)
    } catch {
      // Nobody waits to be told of anything else.
      if case .unexpectedReply = error { throw error }
    }
  }
}

/// Makes a result of a reply that is no error, where it lies. It runs on the connection's loop and
/// must be short; it must not call the client.
public typealias RESPReading<Value> =
  @Sendable (borrowing RESPFrame) throws(RESPClientError) -> Value
