// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

extension RESPSender {
  /// `XADD`: adds an entry, and keeps about the last `most` of them where that is given.
  @discardableResult
  public func append(
    _ fields: [(RESPKey, any RESPArgument & Sendable)], toStream key: RESPKey,
    keepingAbout most: Int? = nil, timeout: Duration? = nil
  ) async throws(RESPClientError) -> RESPStreamPlace {
    var words: [any RESPArgument & Sendable] = []
    if let most { words += ["MAXLEN" as StaticString, "~" as StaticString, most] }
    words.append("*" as StaticString)
    for (field, value) in fields { words += [field, value] }
    return try await ask("XADD", key, words, .once, timeout: timeout) {
      (frame) throws(RESPClientError) in
      guard let place = RESPStreamPlace(try frame.readText()) else {
        throw .unexpectedReply(frame.kind)
      }
      return place
    }
  }

  /// `XRANGE`: the entries after a place, at most so many.
  public func entries(
    after place: RESPStreamPlace = .start, atMost most: Int = 1_000, ofStream key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> [RESPStreamEntry] {
    let words: [any RESPArgument & Sendable] = [
      "(\(place)", "+" as StaticString, "COUNT" as StaticString, most,
    ]
    return try await ask("XRANGE", key, words, .reading, timeout: timeout) {
      (frame) throws(RESPClientError) in try RESPStreamEntry.read(frame.value())
    }
  }

  /// `XREVRANGE`: the last entry.
  public func lastEntry(
    ofStream key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> RESPStreamEntry? {
    let words: [any RESPArgument & Sendable] = [
      "+" as StaticString, "-" as StaticString, "COUNT" as StaticString, 1,
    ]
    return try await ask("XREVRANGE", key, words, .reading, timeout: timeout) {
      (frame) throws(RESPClientError) in try RESPStreamEntry.read(frame.value())
    }.first
  }

  /// `XLEN`: how many entries there are.
  public func entryCount(
    ofStream key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("XLEN", key, [], .reading, timeout)
  }

  /// `XGROUP CREATE`: makes a group of consumers, and the stream with it; a group that is there
  /// stays.
  public func createGroup(
    _ group: String, after place: RESPStreamPlace = .start, ofStream key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) {
    do throws(RESPClientError) {
      try await send(
        about: key, .once, timeout: timeout,
        { writer in
          writer.command(
            "XGROUP", "CREATE" as StaticString, key, group, place, "MKSTREAM" as StaticString)
        },
        read: { (frame) throws(RESPClientError) in try frame.readOK() })
    } catch {
      if case .server(let refusal) = error, refusal.code == "BUSYGROUP" { return }
      throw error
    }
  }

  /// `XREADGROUP`: entries that nobody in the group has been given yet, which are pending from now
  /// on; or those that this consumer has been given after a place and has not acknowledged.
  public func entries(
    forConsumer consumer: String, inGroup group: String, pendingAfter place: RESPStreamPlace? = nil,
    atMost most: Int = 100, ofStream key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [RESPStreamEntry] {
    try await send(
      about: key, .once, timeout: timeout,
      { writer in
        writer.command(
          "XREADGROUP", "GROUP" as StaticString, group, consumer, "COUNT" as StaticString, most,
          "STREAMS" as StaticString, key, place?.description ?? ">")
      },
      read: { (frame) throws(RESPClientError) in try RESPStreamEntry.readOnly(frame.value()) })
  }

  /// `XACK`: entries are done; says how many of them were pending.
  @discardableResult
  public func acknowledge(
    _ places: [RESPStreamPlace], inGroup group: String, ofStream key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    if places.isEmpty { return 0 }
    return try await count("XACK", key, [group] + places, .repeatable, timeout)
  }

  /// `XAUTOCLAIM`: takes over entries that others were given so long ago and have not acknowledged.
  public func claim(
    idleFor time: Duration, forConsumer consumer: String, inGroup group: String,
    atMost most: Int = 100, ofStream key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [RESPStreamEntry] {
    let words: [any RESPArgument & Sendable] = [
      group, consumer, max(0, time.wholeMilliseconds), RESPStreamPlace.start,
      "COUNT" as StaticString, most,
    ]
    return try await ask("XAUTOCLAIM", key, words, .once, timeout: timeout) {
      (frame) throws(RESPClientError) in
      guard let entries = frame.value()[1] else { throw .unexpectedReply(frame.kind) }
      return try RESPStreamEntry.read(entries)
    }
  }
}
