// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import JournalQueue
import StrataCore
import StrataSystem
import Testing

@testable import StrataCommand

@Suite("strata journal")
struct JournalCommandTests {
  /// What a command printed, and its exit code.
  private struct Output {
    var code: Int32
    var text: String
    var complaints: String
  }

  private func strata(_ words: String...) async -> Output {
    let text = Lock("")
    let complaints = Lock("")
    let console = Console(
      isTerminal: false, write: { line in text.withLock { $0 += line } },
      writeError: { line in complaints.withLock { $0 += line } })
    let code = await StrataCommand.run(words, console)
    return Output(
      code: code, text: text.withLock { $0 }, complaints: complaints.withLock { $0 })
  }

  /// A directory with three writes that wait and one that could not be delivered.
  private func withJournal(
    _ body: (String, JournalQueue) async throws -> Void
  ) async throws {
    let folder = NSTemporaryDirectory() + "strata-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let queue = try JournalQueue(directory: folder, runtime: .live())
    try await queue.open()
    let writes = (1...4).map { number in
      SourceWrite(key: Array("users:\(number)".utf8), change: .upsert([1, 2, 3]))
    }
    let numbers = try await queue.append(writes)
    var dead = writes[0]
    dead.sequence = numbers[0]
    let letter = DeadLetter(
      write: dead, reason: "too long", attempts: 3, buriedAt: Timestamp(nanoseconds: 1))
    try await queue.bury(letter)
    try await queue.finish(through: numbers[0])
    try await body(folder, queue)
    await queue.close()
  }

  @Test func `status and dead letters are shown while the service runs`() async throws {
    try await withJournal { folder, _ in
      let status = await strata("journal", "status", folder)
      #expect(status.code == 1 && status.text.contains("waiting       3 writes"))
      let json = await strata("journal", "status", folder, "--json")
      #expect(json.text.contains("\"waiting\":3") && json.text.contains("\"deadLetters\":1"))
      let letters = await strata("journal", "dead-letters", folder)
      #expect(letters.code == 0 && letters.text.contains("too long; tried 3 times"))
      #expect(!letters.text.contains("users:1"))
      let keys = await strata("journal", "dead-letters", folder, "--keys")
      #expect(keys.text.contains("users:1  upsert of 3 bytes"))
      let replay = await strata("journal", "replay", folder)
      #expect(replay.code == 3 && replay.complaints.contains("in use by another process"))
    }
  }

  @Test func `replay queues dead letters again, and drop forgets them`() async throws {
    try await withJournal { folder, queue in
      await queue.close()
      let replay = await strata("journal", "replay", folder)
      #expect(replay.code == 0 && replay.text.contains("1 queued again, 0 dropped"))
      let status = await strata("journal", "status", folder, "--json")
      #expect(status.code == 0 && status.text.contains("\"waiting\":4"))
    }
    try await withJournal { folder, queue in
      await queue.close()
      let drop = await strata("journal", "dead-letters", folder, "--drop", "--json")
      #expect(drop.text.contains("\"dropped\":1"))
      #expect(await strata("journal", "status", folder).code == 0)
    }
  }

  @Test func `a mistyped path, action or file is told, and makes nothing`() async throws {
    let nowhere = NSTemporaryDirectory() + "strata-\(UUID().uuidString)"
    for action in ["status", "dead-letters", "replay"] {
      let output = await strata("journal", action, nowhere)
      #expect(output.code == 3 && output.complaints.contains("holds no journal"))
    }
    #expect(!FileManager.default.fileExists(atPath: nowhere))
    let action = await strata("journal", "stauts", nowhere)
    #expect(action.code == 2 && action.complaints.contains("did you mean 'status'?"))
    #expect(await strata("journal", "status", nowhere + ".yaml").code == 1)
  }
}
