// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a probe has written down so far. A value, so that a failed attempt is rolled back whole.
struct ShapeRecord {
  var text = ""
  var isComplete = true
  /// The order in which types were first seen: what back references count.
  var numbers: [ObjectIdentifier: Int] = [:]
  private(set) var fieldNames: [String] = []
  private var seenNames: Set<String> = []

  var length: Int { text.utf8.count }

  mutating func add(field name: String, prefix: String, isOptional: Bool) {
    if let last = text.utf8.last, last != UInt8(ascii: "("), last != UInt8(ascii: "|") {
      text += " "
    }
    text += "\(prefix)\(name)\(isOptional ? "?:" : ":")"
    if seenNames.insert(name).inserted { fieldNames.append(name) }
  }
}

/// What one run of an initializer is answered, and what it turned out to be.
struct ShapeAttempt {
  /// Which of the samples it gets.
  var sample = 0
  /// Which case of its coding keys an enumeration is told it holds.
  var caseIndex = 0
  /// How many cases those coding keys have.
  var caseCount = 1
}
