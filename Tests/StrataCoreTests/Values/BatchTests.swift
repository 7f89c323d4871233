// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import Testing

@Suite("Batches and moments")
struct BatchTests {
  @Test(arguments: 0..<5)
  func `a batch is the collection of its elements, whatever their number`(count: Int) {
    let elements = Array(0..<count)
    let batch = Batch(elements)
    #expect(batch.count == count)
    #expect(Array(batch) == elements)
    #expect(Array(batch.reversed()) == elements.reversed())
    #expect(Array(batch.mapEach { $0 * 2 }) == elements.map { $0 * 2 })
    #expect(batch.isEmpty == elements.isEmpty)
  }

  @Test func `one element needs no array, and none is many`() {
    if case .one(let element) = Batch([7]) { #expect(element == 7) } else { Issue.record() }
    if case .many(let none) = Batch([Int]()) { #expect(none.isEmpty) } else { Issue.record() }
  }

  @Test func `an element is replaced in its place`() {
    var one = Batch.one(1)
    one[0] = 2
    #expect(Array(one) == [2])
    var many = Batch([1, 2, 3])
    many[1] = 9
    #expect(Array(many) == [1, 9, 3])
  }

  @Test func `moments saturate at both ends`() {
    let moment = Timestamp(nanoseconds: 1_000)
    #expect(moment + .seconds(Int64.max) == .distantFuture)
    #expect(moment - .seconds(Int64.max) == .distantPast)
    #expect(moment + .seconds(Int64.min) == .distantPast)
    #expect(.distantFuture + .seconds(-5) == Timestamp.distantFuture)
    #expect(moment - .nanoseconds(2_000) == .distantPast)
    #expect(moment + .nanoseconds(500) - moment == .nanoseconds(500))
    #expect(moment - (moment + .nanoseconds(500)) == .nanoseconds(-500))
  }

  @Test func `versions are ordered within their issuer only`() {
    let (first, second) = (Version(issuer: 1, number: 5), Version(issuer: 1, number: 6))
    let other = Version(issuer: 2, number: 7)
    #expect(first.isOlder(than: second) && !second.isOlder(than: first))
    #expect(!first.isOlder(than: first))
    #expect(!first.isOlder(than: other) && !other.isOlder(than: first))
    #expect(Version(issuer: 255, number: .max).issuer == 255)
    #expect(Version(issuer: 255, number: .max).number == 0x00FF_FFFF_FFFF_FFFF)
  }
}
