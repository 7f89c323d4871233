// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP

// Commands that wait on the server. They hold up whatever else is on the connection, so they belong
// on a client of their own.
extension RESPClient {
  /// `XREAD BLOCK`: the entries after a place; waits for the first one, and answers with none where
  /// none comes in time.
  ///
  /// - Parameter generation: the connection to read on; its loss is thrown then, where otherwise
  ///   the next connection is read on.
  public func entries(
    after place: RESPStreamPlace, ofStream key: RESPKey, waiting time: Duration,
    atMost most: Int = 1_000, generation: UInt64? = nil
  ) async throws(RESPClientError) -> [RESPStreamEntry] {
    let milliseconds = max(1, time.wholeMilliseconds)
    return try await send(
      isRepeatable: generation == nil, timeout: time + configuration.timeout,
      generation: generation
    ) { writer in
      writer.command(
        "XREAD", "COUNT" as StaticString, most, "BLOCK" as StaticString, milliseconds,
        "STREAMS" as StaticString, key, place)
    } read: { (frame) throws(RESPClientError) in
      try RESPStreamEntry.readOnly(frame.value())
    }
  }

  /// `BLMOVE`: takes away the element at an end of a list and adds it to another; waits for the
  /// first one, and answers with none where none comes in time.
  ///
  /// An element that was moved when the reply was lost is in the other list.
  public func move(
    from end: RESPListEnd, of key: RESPKey, to other: RESPListEnd, of target: RESPKey,
    waiting time: Duration
  ) async throws(RESPClientError) -> [UInt8]? {
    let word = { (end: RESPListEnd) -> StaticString in end == .front ? "LEFT" : "RIGHT" }
    let seconds = Double(max(1, time.wholeMilliseconds)) / 1_000
    return try await send(timeout: time + configuration.timeout) { writer in
      writer.command("BLMOVE", key, target, word(end), word(other), seconds)
    } read: { (frame) throws(RESPClientError) in
      try frame.readOptionalBytes()
    }
  }
}
