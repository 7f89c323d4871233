// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import Testing

/// Every wrong file of `Golden` with the exact messages it must give.
///
/// A new file needs no code: write `Golden/YAML/name.yaml`, run the suite with
/// `STRATA_RECORD_GOLDEN=1`, and read what it wrote into `name.txt` before committing it.
@Suite("Wrong files")
struct GoldenTests {
  @Test(arguments: GoldenFile.all)
  func `a wrong file gives its messages`(_ file: GoldenFile) throws {
    let messages = file.messages
    if GoldenFile.isRecording { try file.record(messages) }
    #expect(!messages.isEmpty, "\(file) is not wrong")
    #expect(messages == (try file.expected))
  }

  @Test(arguments: GoldenFile.all)
  func `no message shows the value of a variable`(_ file: GoldenFile) {
    for (_, value) in GoldenFile.secrets { #expect(!file.messages.contains(value)) }
  }

  @Test func `every message has a file, a line and a column`() {
    for file in GoldenFile.all {
      for line in file.messages.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 3)
        #expect(parts.count == 4 && parts[0].hasSuffix(".yaml"), "\(line)")
        #expect((parts.dropFirst().first.flatMap { Int($0) } ?? 0) > 0, "\(line)")
        #expect((parts.dropFirst(2).first.flatMap { Int($0) } ?? 0) > 0, "\(line)")
      }
    }
  }

  @Test func `there are at least fifty wrong files`() {
    #expect(GoldenFile.all.count >= 50)
  }
}
