// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch

/// A flat array indexed by node, without reference counting or exclusivity checks per access.
///
/// Indices are trusted: the owner reserves before it uses them (checked in debug builds).
///
/// `NB:` read an element and write it back instead of passing it `inout` (`+=`, a mutating method):
/// Swift 6.3 emits broken code for that under Thread Sanitizer.
public struct Column<Element: BitwiseCopyable>: ~Copyable {
  /// The number of elements that may be addressed.
  public private(set) var count: Int
  private var start: UnsafeMutablePointer<Element>
  private let filler: Element

  /// Creates an empty column whose new elements will equal `filler`.
  public init(filler: Element) {
    self.filler = filler
    count = 0
    start = Self.memory(0)
  }

  deinit { Self.free(start, count) }

  /// Reads or writes one element.
  public subscript(index: UInt32) -> Element {
    @inline(__always) get {
      assert(Int(index) < count)
      return start[Int(index)]
    }
    @inline(__always) nonmutating set {
      assert(Int(index) < count)
      start[Int(index)] = newValue
    }
  }

  /// Makes indices below `newCount` addressable; never shrinks.
  public mutating func reserve(_ newCount: Int) {
    guard newCount > count else { return }
    let grown = Self.memory(newCount)
    grown.moveInitialize(from: start, count: count)
    // What is zero is so already, and takes no room before it is used.
    let isZero = withUnsafeBytes(of: filler) { $0.allSatisfy { $0 == 0 } }
    if !isZero { (grown + count).initialize(repeating: filler, count: newCount - count) }
    Self.free(start, count)
    start = grown
    count = newCount
  }

  /// On a cache line, so that a block of 64 bytes is one.
  private static func memory(_ count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = count * MemoryLayout<Element>.stride
    return strata_table_allocate(UInt64(bytes)).assumingMemoryBound(to: Element.self)
  }

  private static func free(_ start: UnsafeMutablePointer<Element>, _ count: Int) {
    strata_table_free(start, UInt64(count * MemoryLayout<Element>.stride))
  }

  /// Applies `change` to every element.
  public func updateAll(_ change: (Element) -> Element) {
    for index in 0..<count { start[index] = change(start[index]) }
  }
}
