// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import SegmentedLog
public import StrataCore

/// What a journal's directory holds at one moment, also while a service has it.
public struct JournalContents: Sendable {
  /// The numbers.
  public let status: WriteQueueStatus
  /// When the oldest write that waits was taken.
  public let oldest: Timestamp?
  /// The writes that could not be delivered, oldest first.
  public let letters: [DeadLetter]
}

extension JournalQueue {
  /// Looks into a directory without changing anything in it.
  public static func contents(
    of directory: String, runtime: CacheRuntime
  ) throws -> JournalContents {
    guard let disk = runtime.disk else {
      throw CacheError(.storeFailed, "This process has no disk.")
    }
    let writes = try look(directory, disk, runtime)
    let box = try? LetterBox(look(directory + "/letters", disk, runtime))
    let first = try writes.read(after: 0, limit: 1).first.flatMap {
      SourceWrite(encoded: $0.body, sequence: $0.sequence)
    }
    return JournalContents(
      status: WriteQueueStatus(writes.status, letters: box?.count ?? 0),
      oldest: first?.acceptedAt, letters: try box?.all() ?? [])
  }

  private static func look(
    _ directory: String, _ disk: any Disk, _ runtime: CacheRuntime
  ) throws -> Journal {
    do throws(JournalError) {
      return try Journal.look(JournalOptions(directory: directory), disk: disk, runtime: runtime)
    } catch {
      throw CacheError(.storeFailed, "'\(directory)' holds no journal: \(error)", underlying: error)
    }
  }

  /// Opens a directory outside of any plan, for tools: no service may have it.
  public convenience init(directory: String, runtime: CacheRuntime) throws(ConfigurationError) {
    let place = SourceLocation(file: directory, line: 1, column: 1)
    let path = ConfigNode.Field(
      key: Option.path.name, location: place,
      value: ConfigNode(.scalar(directory, quoted: true), at: place))
    let block = OptionBlock(ConfigNode(.map([path]), at: place), path: "journal")
    try self.init(options: StoreOptions(name: "journal", block: block), runtime: runtime)
  }

  /// Queues every dead letter again, unless something newer waits for its key already.
  public func replayDeadLetters() async throws -> (replayed: Int, superseded: Int) {
    var newest: [[UInt8]: UInt64] = [:]
    var last: UInt64 = 0
    while let end = try await read(after: last, limit: 1_000, { newest[$0.key] = $0.sequence }) {
      last = end
    }
    var counts = (replayed: 0, superseded: 0)
    for letter in try await deadLetters() {
      if newest[letter.write.key, default: 0] > letter.write.sequence {
        counts.superseded += 1
      } else {
        for number in try await append([letter.write]) { newest[letter.write.key] = number }
        counts.replayed += 1
      }
      try await settle([(letter.write.key, letter.write.sequence)])
    }
    return counts
  }

  /// Shows a page of what waits to `body`; returns the last number on it.
  private func read(
    after last: UInt64, limit: Int, _ body: (SourceWrite) -> Void
  ) async throws -> UInt64? {
    let page: [SourceWrite] = try await read(after: last, limit: limit)
    page.forEach(body)
    return page.last?.sequence
  }

  /// Forgets every dead letter for good. Returns how many there were.
  public func dropDeadLetters() async throws -> Int {
    let letters = try await deadLetters()
    try await settle(letters.map { ($0.write.key, $0.write.sequence) })
    return letters.count
  }
}
