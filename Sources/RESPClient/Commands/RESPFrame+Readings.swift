// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// What commands commonly answer with, or the error that it is something else.
///
/// They are strict: a reply of another kind than the command has is a sign that replies are no
/// longer matched with their commands, and ends the connection.
extension RESPFrame {
  /// The bytes of a string.
  public func readBytes() throws(RESPClientError) -> [UInt8] {
    guard kind == .bulkString, let bytes else { throw .unexpectedReply(kind) }
    return bytes
  }

  /// The bytes of a string, or `nil` for none.
  public func readOptionalBytes() throws(RESPClientError) -> [UInt8]? {
    if isNull { return nil }
    guard kind == .bulkString else { throw .unexpectedReply(kind) }
    return bytes
  }

  /// An integer, or a string that is one.
  public func readInteger() throws(RESPClientError) -> Int64 {
    guard let integer else { throw .unexpectedReply(kind) }
    return integer
  }

  /// The status `OK`.
  public func readOK() throws(RESPClientError) {
    guard isOK else { throw .unexpectedReply(kind) }
  }

  /// What `read` makes of each value of an array.
  public func readArray<Value>(
    _ read: (borrowing RESPFrame) throws(RESPClientError) -> Value
  ) throws(RESPClientError) -> [Value] {
    guard kind == .array || kind == .set else { throw .unexpectedReply(kind) }
    var values: [Value] = []
    values.reserveCapacity(count)
    try forEach { (element) throws(RESPClientError) in
      if let error = element.error { throw .server(error) }
      values.append(try read(element))
    }
    return values
  }
}
