// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension ConfigNode {
  /// Whether this says the same as `other`, wherever either stands.
  ///
  /// The order of the keys of a map counts for nothing, that of a list does.
  public func hasSameContent(as other: ConfigNode) -> Bool {
    switch (value, other.value) {
    case (.null, .null): true
    case (.scalar(let left, let leftQuoted), .scalar(let right, let rightQuoted)):
      left == right && leftQuoted == rightQuoted
    case (.list(let left), .list(let right)):
      left.elementsEqual(right) { $0.hasSameContent(as: $1) }
    case (.map(let left), .map(let right)):
      left.count == right.count && Self.areSame(left, right)
    default: false
    }
  }

  private static func areSame(_ left: [Field], _ right: [Field]) -> Bool {
    let values = Dictionary(right.map { ($0.key, $0.value) }) { first, _ in first }
    return left.allSatisfy { values[$0.key]?.hasSameContent(as: $0.value) ?? false }
  }
}
