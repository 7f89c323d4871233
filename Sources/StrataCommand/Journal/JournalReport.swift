// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import JournalQueue
import StrataCore

/// What `strata journal` prints about one journal.
struct JournalReport {
  let directory: String
  let showsKeys: Bool
  let isJSON: Bool

  func status(_ contents: JournalContents, now: Timestamp, _ console: Console) {
    let status = contents.status
    let age = contents.oldest.map { max(.zero, now - $0) }
    if isJSON {
      return print(
        [
          ("waiting", .integer(status.waiting)), ("waitingBytes", .integer(status.waitingBytes)),
          ("ageSeconds", age.map { .integer(Int($0.components.seconds)) } ?? .null),
          ("deadLetters", .integer(status.deadLetters)), ("damaged", .integer(status.damaged)),
          ("lastNumber", .integer(Int(clamping: status.lastSequence))),
          ("finishedNumber", .integer(Int(clamping: status.finishedSequence))),
        ], console)
    }
    console.print(console.styled(directory, .bold))
    let waits = age.map { ", the oldest for \(Self.rounded($0))" } ?? ""
    console.print("  waiting       \(status.waiting) writes, \(status.waitingBytes) bytes\(waits)")
    let letters = "\(status.deadLetters)"
    console.print(
      "  dead letters  \(status.deadLetters == 0 ? letters : console.styled(letters, .red))")
    console.print(
      "  numbers       delivered up to \(status.finishedSequence), last \(status.lastSequence)")
    if status.damaged > 0 {
      console.print("  damaged       \(console.styled("\(status.damaged) records", .red))")
    }
  }

  func letters(_ letters: [DeadLetter], now: Timestamp, _ console: Console) {
    if isJSON {
      return print([("deadLetters", .array(letters.map { json($0, now) }))], console)
    }
    console.print(console.styled(directory, .bold))
    if letters.isEmpty { console.print("  no dead letters") }
    for letter in letters {
      let ago = Self.rounded(max(.zero, now - letter.buriedAt))
      console.print(
        "  \(letter.write.sequence)  \(key(letter.write))  \(Self.change(letter.write))")
      console.print("      \(letter.reason); tried \(letter.attempts) times, given up \(ago) ago")
    }
  }

  func replayed(_ count: Int, superseded: Int, _ console: Console) {
    if isJSON {
      return print([("replayed", .integer(count)), ("superseded", .integer(superseded))], console)
    }
    console.print("\(directory): \(count) queued again, \(superseded) dropped for something newer")
  }

  func dropped(_ count: Int, _ console: Console) {
    if isJSON { return print([("dropped", .integer(count))], console) }
    console.print("\(directory): \(count) dropped")
  }

  private func print(_ fields: [(String, JSONText)], _ console: Console) {
    console.print(JSONText.object([("journal", .string(directory))] + fields).text)
  }

  private func json(_ letter: DeadLetter, _ now: Timestamp) -> JSONText {
    .object([
      ("number", .integer(Int(clamping: letter.write.sequence))),
      ("key", .string(key(letter.write))),
      ("change", .string(letter.write.value == nil ? "delete" : "upsert")),
      ("bytes", .integer(letter.write.value?.count ?? 0)), ("reason", .string(letter.reason)),
      ("attempts", .integer(letter.attempts)),
      ("ageSeconds", .integer(Int(max(.zero, now - letter.buriedAt).components.seconds))),
    ])
  }

  private func key(_ write: SourceWrite) -> String {
    showsKeys ? write.keyText : "\(KeyDigest(write.key))"
  }

  private static func change(_ write: SourceWrite) -> String {
    write.value.map { "upsert of \($0.count) bytes" } ?? "delete"
  }

  private static func rounded(_ duration: Duration) -> String {
    DurationText.text(for: .seconds(duration.components.seconds))
  }
}
