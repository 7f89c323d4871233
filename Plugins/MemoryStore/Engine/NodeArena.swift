// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import Synchronization

/// The nodes of one shard, in chunks that never move.
///
/// A directory of chunk addresses is as large as it will ever be from the start (the operating
/// system gives memory only to the part that is used), so readers reach a node by two loads. Tails
/// are in chunks of their own that exist only where some entry has one.
struct NodeArena: ~Copyable {
  static let chunkShift: UInt32 = 10
  static let chunkNodes = 1 << Int(chunkShift)
  static let mostChunks = 1 << 14

  private let chunks: UnsafeMutablePointer<Atomic<UInt>>
  private let tails: UnsafeMutablePointer<Atomic<UInt>>
  private let pool: ChunkPool
  private var free: [NodeIndex] = []
  private var fresh: UInt32 = 0
  /// The number of nodes that memory is there for.
  private(set) var reserved = 0

  init(_ pool: ChunkPool) {
    self.pool = pool
    chunks = Self.zeroed(Self.mostChunks)
    tails = Self.zeroed(Self.mostChunks)
  }

  deinit {
    for index in 0..<reserved >> Int(Self.chunkShift) {
      let tail = UnsafeMutableRawPointer(bitPattern: tails[index].load(ordering: .relaxed))
      if let tail { Self.free(tail, Self.chunkNodes) }
    }
    Self.free(chunks, Self.mostChunks)
    Self.free(tails, Self.mostChunks)
  }

  /// The directory, for readers.
  var directory: UnsafeMutablePointer<Atomic<UInt>> { chunks }

  /// The node of an index that is in the table or in the writer's hand.
  @inline(__always)
  static func node(
    _ index: NodeIndex, in directory: UnsafeMutablePointer<Atomic<UInt>>
  ) -> UnsafeMutablePointer<Node> {
    let chunk = directory[Int(index >> chunkShift)].load(ordering: .acquiring)
    let start = UnsafeMutablePointer<Node>(bitPattern: chunk).unsafelyUnwrapped
    return start + Int(index & UInt32(chunkNodes - 1))
  }

  @inline(__always)
  subscript(index: NodeIndex) -> UnsafeMutablePointer<Node> { Self.node(index, in: chunks) }

  /// A node that nobody uses, or `nil` when the shard is as large as it can be.
  mutating func take() -> NodeIndex? {
    if let index = free.popLast() { return index }
    if Int(fresh) == reserved, !addChunk() { return nil }
    defer { fresh += 1 }
    return fresh
  }

  /// Takes back a node that no reader can see.
  mutating func give(_ index: NodeIndex) { free.append(index) }

  /// Every index that was ever given out is below this.
  var limit: UInt32 { fresh }

  private mutating func addChunk() -> Bool {
    let chunk = reserved >> Int(Self.chunkShift)
    guard chunk < Self.mostChunks else { return false }
    chunks[chunk].store(UInt(bitPattern: pool.take()), ordering: .releasing)
    reserved += Self.chunkNodes
    return true
  }

  // MARK: Tails

  /// The tail of a node whose word says that it has one; call it pinned or under the lock.
  func tail(of index: NodeIndex) -> Unmanaged<EntryTail>? {
    let chunk = tails[Int(index >> Self.chunkShift)].load(ordering: .acquiring)
    guard let start = UnsafeMutablePointer<Atomic<UInt>>(bitPattern: chunk) else { return nil }
    let bits = start[Int(index & UInt32(Self.chunkNodes - 1))].load(ordering: .acquiring)
    return UnsafeRawPointer(bitPattern: bits).map { Unmanaged.fromOpaque($0) }
  }

  /// Gives a node its tail, retained, and returns the one before for retirement.
  func setTail(_ tail: EntryTail?, of index: NodeIndex) -> Unmanaged<EntryTail>? {
    let chunk = Int(index >> Self.chunkShift)
    if tails[chunk].load(ordering: .relaxed) == 0 {
      if tail == nil { return nil }
      let start = Self.zeroed(Self.chunkNodes)
      tails[chunk].store(UInt(bitPattern: start), ordering: .releasing)
    }
    let address = tails[chunk].load(ordering: .relaxed)
    guard let start = UnsafeMutablePointer<Atomic<UInt>>(bitPattern: address) else { return nil }
    let bits = tail.map { UInt(bitPattern: Unmanaged.passRetained($0).toOpaque()) } ?? 0
    let old = start[Int(index & UInt32(Self.chunkNodes - 1))].exchange(
      bits, ordering: .acquiringAndReleasing)
    return UnsafeRawPointer(bitPattern: old).map { Unmanaged.fromOpaque($0) }
  }

  private static func zeroed(_ count: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
    strata_table_allocate(UInt64(count * MemoryLayout<UInt>.stride))
      .assumingMemoryBound(to: Atomic<UInt>.self)
  }

  private static func free(_ memory: UnsafeMutableRawPointer, _ count: Int) {
    strata_table_free(memory, UInt64(count * MemoryLayout<UInt>.stride))
  }
}
