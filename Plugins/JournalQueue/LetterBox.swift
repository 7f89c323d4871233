// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// Dead letters in a journal of their own, with records that say which are settled.
///
/// A record is never changed: a letter is out of the box once a later record settles its key, and
/// the files go when the box is empty. Only places are kept in memory; letters are read on demand.
final class LetterBox: Sendable {
  /// What a record says.
  enum Record {
    case letter(DeadLetter)
    case settled(key: [UInt8], through: UInt64)

    var encoded: [UInt8] {
      switch self {
      case .letter(let letter): return [1] + letter.encoded
      case .settled(let key, let through):
        return [2] + withUnsafeBytes(of: through.littleEndian, Array.init) + key
      }
    }

    init?(_ bytes: [UInt8]) {
      switch bytes.first {
      case 1:
        guard let letter = DeadLetter(encoded: Array(bytes.dropFirst())) else { return nil }
        self = .letter(letter)
      case 2 where bytes.count >= 9:
        let through = bytes.withUnsafeBytes {
          UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        }
        self = .settled(key: Array(bytes.dropFirst(9)), through: through)
      default: return nil
      }
    }
  }

  private struct Place: Sendable {
    var number: UInt64
    var key: [UInt8]
    var sequence: UInt64
  }

  private struct State: Sendable {
    var places: [Place]
    /// Letters that are being written, and must not be dropped with those that are settled.
    var incoming = 0
  }

  private let journal: Journal
  private let state: Lock<State>

  init(_ journal: Journal) throws(JournalError) {
    var found: [Place] = []
    var last: UInt64 = 0
    while true {
      let entries = try journal.read(after: last, limit: 256, bytes: 16 << 20)
      for entry in entries {
        last = entry.sequence
        switch Record(entry.body) {
        case .letter(let letter):
          let write = letter.write
          found.append(Place(number: last, key: write.key, sequence: write.sequence))
        case .settled(let key, let through):
          found.removeAll { $0.key == key && $0.sequence <= through }
        case nil: break
        }
      }
      if entries.isEmpty { break }
    }
    self.journal = journal
    state = Lock(State(places: found))
  }

  var count: Int { state.withLock { $0.places.count } }

  func bury(_ letter: DeadLetter) async throws {
    let (key, sequence) = (letter.write.key, letter.write.sequence)
    let isNew = state.withLock { state in
      let isKnown = state.places.contains { $0.key == key && $0.sequence == sequence }
      if !isKnown { state.incoming += 1 }
      return !isKnown
    }
    guard isNew else { return }
    let result: Result<[UInt64], JournalError>
    do throws(JournalError) {
      result = .success(try await journal.append([Record.letter(letter).encoded]))
    } catch {
      result = .failure(error)
    }
    state.withLock { state in
      state.incoming -= 1
      for number in (try? result.get()) ?? [] {
        state.places.append(Place(number: number, key: key, sequence: sequence))
      }
    }
    _ = try result.get()
  }

  func all() throws -> [DeadLetter] {
    try state.withLock { $0.places }.compactMap { place in
      let entry = try journal.read(after: place.number - 1, limit: 1).first
      guard let entry, entry.sequence == place.number, case .letter(let letter) = Record(entry.body)
      else { return nil }
      return letter
    }
  }

  func settle(_ settled: [(key: [UInt8], through: UInt64)]) async throws {
    let due = state.withLock { state in
      settled.filter { settled in
        state.places.contains { $0.key == settled.key && $0.sequence <= settled.through }
      }
    }
    if due.isEmpty { return }
    let numbers = try await journal.append(
      due.map { Record.settled(key: $0.key, through: $0.through).encoded })
    let isEmpty = state.withLock { state in
      for settled in due {
        state.places.removeAll { $0.key == settled.key && $0.sequence <= settled.through }
      }
      return state.places.isEmpty && state.incoming == 0
    }
    if isEmpty, let last = numbers.last { journal.finish(through: last) }
  }

  func close() { journal.close() }
}
