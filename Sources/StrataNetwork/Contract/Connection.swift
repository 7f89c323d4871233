// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A stream of bytes to a peer, in both directions.
///
/// All calls are legal from anywhere. On the connection's ``loop`` they act at once and cost
/// nanoseconds; from elsewhere they are handed over, in order.
public protocol Connection: AnyObject, Sendable {
  /// Where everything about this connection happens.
  var loop: any NetworkLoop { get }

  /// The peer.
  var endpoint: Endpoint { get }

  /// Takes a copy of `bytes`; all that one turn of the loop takes leaves in one write.
  ///
  /// Returns `false`, having taken nothing, where the connection is closed, its output is finished,
  /// or more than ``ConnectOptions/maximumUnsent`` would wait. From another thread the answer is
  /// `true` before it is known; what is refused later is dropped and ``ConnectionHandler/closed``
  /// tells of it with `.overflow`.
  @discardableResult func write(_ bytes: UnsafeRawBufferPointer) -> Bool

  /// Has ``ConnectionHandler/woken(_:)`` called on the loop, once for any number of calls before.
  ///
  /// The cheap signal from other threads: a queue guarded by a lock, this call, and the handler
  /// moves the queue's content into ``write(_:)`` at the end of the turn.
  func wake()

  /// How many bytes wait to be sent. Exact on the loop, 0 elsewhere.
  var unsentCount: Int { get }

  /// Stops handing over what arrives, so that the peer has to slow down.
  func pauseReading()

  /// Hands over again what arrives.
  func resumeReading()

  /// Sends what waits and then the end of the stream; the peer may still send.
  func finishWriting()

  /// Closes the connection; ``ConnectionHandler/closed(_:error:)`` is called once it is.
  func close(_ manner: ClosingManner)
}

extension Connection {
  /// Takes a copy of `bytes`.
  @discardableResult public func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { write($0) }
  }

  /// Takes a copy of `bytes`.
  @discardableResult public func write(_ bytes: RawSpan) -> Bool {
    bytes.withUnsafeBytes { write($0) }
  }

  /// Takes a copy of the text's UTF-8.
  @discardableResult public func write(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Sends what waits and closes the connection.
  public func close() { close(.afterSending) }
}
