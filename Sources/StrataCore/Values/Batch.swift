// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One element or many, in the caller's order.
///
/// Every request may concern one key or many. Most concern one, so that one is kept without an
/// array; a stage treats both as the same collection.
public enum Batch<Element: Sendable>: Sendable, RandomAccessCollection, MutableCollection {
  /// Exactly one element.
  case one(Element)
  /// Any number of elements, none included.
  case many([Element])

  /// Creates a batch from a sequence.
  @inlinable public init(_ elements: some Sequence<Element>) {
    let array = Array(elements)
    self = array.count == 1 ? .one(array[0]) : .many(array)
  }

  /// Always 0.
  @inlinable public var startIndex: Int { 0 }

  /// The number of elements.
  @inlinable public var endIndex: Int {
    switch self {
    case .one: 1
    case .many(let elements): elements.count
    }
  }

  /// The element at `position`.
  @inlinable public subscript(position: Int) -> Element {
    get {
      switch self {
      case .one(let element):
        precondition(position == 0, "Batch index out of range")
        return element
      case .many(let elements): return elements[position]
      }
    }
    set {
      switch self {
      case .one:
        precondition(position == 0, "Batch index out of range")
        self = .one(newValue)
      case .many(var elements):
        self = .many([])
        elements[position] = newValue
        self = .many(elements)
      }
    }
  }

  /// The batch of what `transform` makes of each element, in the same order.
  @inlinable public func mapEach<Result: Sendable, Failure: Error>(
    _ transform: (Element) throws(Failure) -> Result
  ) throws(Failure) -> Batch<Result> {
    switch self {
    case .one(let element): return .one(try transform(element))
    case .many(let elements):
      var results: [Result] = []
      results.reserveCapacity(elements.count)
      for element in elements { results.append(try transform(element)) }
      return .many(results)
    }
  }
}
