// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
public import Synchronization

/// The one place that knows which pipeline a cache runs on right now.
///
/// A reload replaces the road with one store to an atomic word; readers need no lock. Roads that
/// were replaced are kept until the handle goes, so that a reader who has just read the word can
/// finish: some kilobytes for each reload, and no count to maintain on every hit.
@usableFromInline final class CacheHandle: Sendable {
  let name: String
  private let roads: Lock<[Road]>
  @usableFromInline let current: Atomic<UInt>

  init(_ pipeline: Pipeline, format: any PayloadCodec) {
    let road = Road(pipeline, format: format)
    name = pipeline.context.policy.name
    roads = Lock([road])
    current = Atomic(UInt(bitPattern: Unmanaged.passUnretained(road).toOpaque()))
  }

  /// The road that requests take now.
  @usableFromInline var road: Road { withRoad { $0 } }

  /// Runs `body` with the road, without retaining it.
  @inlinable @inline(__always)
  func withRoad<Result>(_ body: (Road) throws -> Result) rethrows -> Result {
    let word = current.load(ordering: .acquiring)
    guard let pointer = UnsafeRawPointer(bitPattern: word) else { preconditionFailure("no road") }
    return try Unmanaged<Road>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
  }

  /// Sends everything from now on along another pipeline.
  func replace(with pipeline: Pipeline, format: any PayloadCodec) {
    let road = Road(pipeline, format: format)
    roads.withLock { $0.append(road) }
    current.store(
      UInt(bitPattern: Unmanaged.passUnretained(road).toOpaque()), ordering: .releasing)
  }
}
