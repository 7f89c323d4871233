// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Something between a socket and a connection that changes every byte: encryption.
///
/// It does no input or output: bytes go in, bytes come out, and the connection moves them. Used on
/// one loop only, from its first call to its last.
protocol StreamTransform: AnyObject, Sendable {
  /// Whether application bytes may pass: the peer is who it should be.
  var isOpen: Bool { get }

  /// Whether the peer has said that nothing more will come.
  var hasInputEnded: Bool { get }

  /// Begins; what must be sent is appended to `outgoing`.
  func start(_ outgoing: inout ByteQueue) throws(NetworkError)

  /// Takes bytes from the socket and hands what they mean to `plain`, piece by piece.
  func receive(
    _ bytes: UnsafeRawBufferPointer, outgoing: inout ByteQueue,
    plain: (UnsafeRawBufferPointer) -> Void
  ) throws(NetworkError)

  /// Takes application bytes and appends what must be sent.
  func send(_ plain: UnsafeRawBufferPointer, outgoing: inout ByteQueue) throws(NetworkError)

  /// Says that nothing more will be sent.
  func finish(_ outgoing: inout ByteQueue)
}
