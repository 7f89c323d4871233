// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What a value must be like, wherever it comes from.
struct ValueChecks: Sendable {
  let maxSize: Int?
  let required: [String]
  /// In lower case.
  let forbidden: [String]
  let rules: [(name: String, rule: ValueRule)]

  /// The first thing that is wrong with a value. `size` is what is known of its size; where nothing
  /// is and it matters, the value is encoded to learn it.
  func fault(in payload: Payload, size: Int?, _ coder: (any PayloadCoder)?) -> ValueFault? {
    if let maxSize {
      let size = size ?? coder.flatMap { try? $0.encode(payload).count } ?? 0
      if size > maxSize { return .tooLarge }
    }
    if let broken = rules.first(where: { !$0.rule.permits(payload) }) {
      return .brokenRule(broken.name)
    }
    if required.isEmpty && forbidden.isEmpty { return nil }
    // A value that is not decoded cannot be looked into, so it cannot be said to be right.
    guard let value = payload.anyValue else { return .unreadable }
    if let missing = required.first(where: { !ValueFields.holds($0, in: value) }) {
      return .missingField(missing)
    }
    return ValueFields.contains(forbidden, in: value) ? .forbiddenText : nil
  }
}

/// What is wrong with a value; the words hold no part of it.
enum ValueFault: Equatable {
  case tooLarge
  case brokenRule(String)
  case missingField(String)
  case forbiddenText
  case unreadable

  var reason: String {
    switch self {
    case .tooLarge: "too-large"
    case .brokenRule(let name): "rule \(name)"
    case .missingField(let name): "no \(name)"
    case .forbiddenText: "forbidden text"
    case .unreadable: "unreadable"
    }
  }
}
