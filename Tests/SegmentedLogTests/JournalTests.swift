// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import SegmentedLog

@Suite("Journal")
struct JournalTests {
  @Test func `entries come back in order, once they are durable, until they are finished`() throws {
    let journal = try openJournal(SimulatedDisk())
    let bodies = (0..<50).map { filler(UInt64($0), $0 * 9) }
    let sequences = try journal.appendNow(bodies)
    #expect(sequences == Array(1...50))
    #expect(try journal.read(after: 0, limit: 100).map(\.body) == bodies)
    #expect(try journal.read(after: 10, limit: 5).map(\.sequence) == [11, 12, 13, 14, 15])
    #expect(try journal.read(after: 0, limit: 100, bytes: 1).count == 2)
    journal.finish(through: 30)
    #expect(try journal.read(after: 0, limit: 100).map(\.sequence) == Array(31...50))
    #expect(journal.status.waiting == 20 && journal.status.finishedSequence == 30)
  }

  @Test(arguments: [true, false])
  func `what is not finished survives a restart`(isClean: Bool) throws {
    let disk = SimulatedDisk()
    let journal = try openJournal(disk)
    try journal.appendNow((0..<40).map { filler(UInt64($0), 300) })
    journal.finish(through: 25)
    if isClean { journal.close() } else { try journal.appendNow([[]]) }
    let again = try openJournal(SimulatedDisk(disk.image), seed: 2)
    let entries = try again.read(after: 0, limit: 100)
    #expect(entries.first?.sequence == 26)
    #expect(entries.prefix(15).map(\.body) == (25..<40).map { filler(UInt64($0), 300) })
    let next = try again.appendNow([[1]])
    #expect(next == [isClean ? 41 : 42])
  }

  @Test func `numbers go on after everything was finished and the journal was reopened`() throws {
    var image = DiskImage()
    for round in 0..<20 {
      let disk = SimulatedDisk(image)
      let journal = try openJournal(disk, seed: UInt64(round))
      let sequences = try journal.appendNow((0..<30).map { filler(UInt64($0), 200) })
      #expect(sequences.first == UInt64(round * 30 + 1))
      journal.finish(through: sequences.last ?? 0)
      journal.close()
      image = disk.image
    }
    #expect(image.paths.count { $0.hasSuffix(".segment") } < 6)
  }

  @Test func `segments in which everything is finished are deleted`() throws {
    let disk = SimulatedDisk()
    let journal = try openJournal(disk)
    for _ in 0..<200 {
      let sequences = try journal.appendNow([filler(1, 300)])
      journal.finish(through: sequences[0])
    }
    #expect(journal.status.segments <= 3)
    #expect(disk.image.usedBytes < 20 << 10)
  }

  @Test func `appends that come together share syncs`() async throws {
    let disk = SimulatedDisk()
    let syncs = Lock(0)
    disk.setFaults { _, operation in
      if operation == .sync { syncs.withLock { $0 += 1 } }
      return nil
    }
    let journal = try openJournal(disk, segmentSize: 1 << 20)
    try await withThrowingTaskGroup(of: [UInt64].self) { group in
      for number in 0..<500 {
        group.addTask { try await journal.append([filler(UInt64(number), 50)]) }
      }
      var seen: Set<UInt64> = []
      for try await sequences in group { seen.formUnion(sequences) }
      #expect(seen == Set(1...500))
    }
    #expect(syncs.withLock { $0 } < 500)
    #expect(try journal.read(after: 0, limit: 1_000).count == 500)
  }

  @Test func `a full journal refuses, and takes entries again once some are finished`() throws {
    let disk = SimulatedDisk()
    var options = JournalOptions(directory: "/journal")
    options.capacity = 1_000
    options.longestEntry = 600
    let journal = try Journal.open(options, disk: disk, runtime: makeRuntime(disk, seed: 1))
    try journal.appendNow([filler(1, 500)])
    #expect(throws: JournalError.full) { try journal.appendNow([filler(1, 500)]) }
    #expect(throws: JournalError.tooLarge) { try journal.appendNow([filler(1, 601)]) }
    journal.finish(through: 1)
    #expect(try journal.appendNow([filler(1, 500)]) == [2])
    journal.close()
    #expect(throws: JournalError.closed) { try journal.appendNow([[1]]) }
  }

  @Test func `a second owner is kept out`() throws {
    let disk = SimulatedDisk()
    let journal = try openJournal(disk)
    #expect { try openJournal(disk) } throws: { error in
      guard case JournalError.disk(let error) = error else { return false }
      return error.code == .locked
    }
    journal.close()
    #expect(throws: Never.self) { try openJournal(disk) }
  }

  @Test func `a segment of a later format stops the journal and is left alone`() throws {
    var header = SegmentHeader(
      kind: .journal, number: 3, identity: 1, created: 0, word: 0, marksSyncs: true)
    header.version = 2
    var image = DiskImage()
    image["/journal/0000000003.segment"] = header.bytes
    let disk = SimulatedDisk(image)
    #expect(
      throws: JournalError.unknownVersion(2, path: "/journal/0000000003.segment")
    ) { try openJournal(disk) }
    #expect(disk.image["/journal/0000000003.segment"] == header.bytes)
  }

  @Test(arguments: 0..<12)
  func `a flipped bit costs one entry at most, and never changes one`(seed: Int) throws {
    let disk = SimulatedDisk()
    let journal = try openJournal(disk, seed: UInt64(seed))
    let bodies = (0..<5).map { filler(UInt64($0 + seed), 3 + seed) }
    for body in bodies { try journal.appendNow([body]) }
    if seed % 2 == 0 { journal.close() }
    let image = disk.image
    let path = try #require(image.paths.first { $0.hasSuffix(".segment") })
    for bit in stride(from: seed % 8, to: (image[path]?.count ?? 0) * 8, by: 3) {
      var damaged = image
      damaged[path]?[bit / 8] ^= 1 << UInt8(bit % 8)
      let again = try openJournal(SimulatedDisk(damaged), seed: 3)
      let entries = try again.read(after: 0, limit: 10)
      #expect(entries.count >= 4, "seed \(seed), bit \(bit)")
      for entry in entries {
        #expect(entry.body == bodies[Int(entry.sequence) - 1], "seed \(seed), bit \(bit)")
      }
    }
  }
}
