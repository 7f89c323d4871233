// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A disk in memory that fails when and how a test wants it to.
///
/// It keeps apart what programs see and what would survive a loss of power: bytes become durable
/// by `sync`, names by `syncDirectory`, and nothing else. A failed sync behaves as on Linux: the
/// bytes stay readable, are never written, and the next sync succeeds without them.
///
/// Operations other than reads are numbered from 0. A test injects faults by number, or keeps the
/// ``DiskImage`` before every operation and goes on from what a crash leaves of it.
public final class SimulatedDisk: Disk {
  /// Decides what goes wrong with the operation of that number.
  public typealias Plan = @Sendable (Int, DiskOperation) -> DiskFault?
  /// Sees the disk before the operation of that number.
  public typealias Witness = @Sendable (Int, DiskImage) -> Void

  struct State: Sendable {
    var image: DiskImage
    var operations = 0
    var reads = 0
    var writtenBytes = 0
    var locks: Set<String> = []
    var plan: Plan?
    var witness: Witness?
    var capacity = Int.max
    var isReadOnly = false
    var openFiles = 0
    var mostOpenFiles = Int.max
  }

  let state: Lock<State>

  /// Creates a disk that holds `image`, by default nothing.
  public init(_ image: DiskImage = DiskImage()) { state = Lock(State(image: image)) }

  /// What the disk holds now.
  public var image: DiskImage { state.withLock { $0.image } }

  /// The number of operations so far, reads not counted.
  public var operations: Int { state.withLock { $0.operations } }

  /// The bytes that were written so far, to whatever file.
  public var writtenBytes: Int { state.withLock { $0.writtenBytes } }

  /// The number of files that are open.
  public var openFiles: Int { state.withLock { $0.openFiles } }

  /// Lets `plan` decide what goes wrong; `nil` ends all faults.
  public func setFaults(_ plan: Plan?) { state.withLock { $0.plan = plan } }

  /// Shows `witness` the disk before every operation other than reads.
  public func setWitness(_ witness: Witness?) { state.withLock { $0.witness = witness } }

  /// Bounds the bytes of all files; beyond, writes fail with `.full`.
  public func setCapacity(_ bytes: Int) { state.withLock { $0.capacity = bytes } }

  /// Bounds the files that may be open; beyond, opening fails with `.tooManyFiles`.
  public func setMostOpenFiles(_ count: Int) { state.withLock { $0.mostOpenFiles = count } }

  /// Whether every change fails with `.readOnly`.
  public func setReadOnly(_ isReadOnly: Bool) { state.withLock { $0.isReadOnly = isReadOnly } }

  /// Opens the file at `path`.
  public func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
    try state.perform(.open, path) { state throws(DiskError) in
      guard state.openFiles < state.mostOpenFiles else { throw state.error(.tooManyFiles, path) }
      let file: Int
      switch (state.image.names[path], mode) {
      case (.some, .create): throw state.error(.exists, path)
      case (let found?, _): file = found
      case (nil, .read): throw state.error(.notFound, path)
      case (nil, _): file = try state.link(path)
      }
      state.openFiles += 1
      return SimulatedDiskFile(disk: self, file: file, path: path, lock: nil)
    }
  }

  /// Creates the directory at `path`; those above it are taken for granted.
  public func createDirectory(_ path: String) throws(DiskError) {
    try state.perform(.createDirectory, path) { state throws(DiskError) in
      if state.image.directories.contains(path) { return }
      try state.mayChange(path)
      state.image.directories.insert(path)
    }
  }

  /// The names in the directory at `path`, sorted.
  public func names(in path: String) throws(DiskError) -> [String] {
    try state.withLock { state throws(DiskError) in
      guard state.image.directories.contains(path) else { throw state.error(.notFound, path) }
      let prefix = path + "/"
      return state.image.names.keys.filter { $0.hasPrefix(prefix) }
        .map { String($0.dropFirst(prefix.count)) }.filter { !$0.contains("/") }.sorted()
    }
  }

  /// Renames a file, replacing what stands at `target`.
  public func rename(_ path: String, to target: String) throws(DiskError) {
    try state.perform(.rename, path) { state throws(DiskError) in
      try state.mayChange(path)
      guard let file = state.image.names[path] else { throw state.error(.notFound, path) }
      let change = DiskImage.NameChange.rename(path: path, target: target, file: file)
      DiskImage.apply(change, to: &state.image.names)
      state.image.pendingNames.append(change)
    }
  }

  /// Removes the file at `path`. Who has it open goes on reading it.
  public func remove(_ path: String) throws(DiskError) {
    try state.perform(.remove, path) { state throws(DiskError) in
      try state.mayChange(path)
      guard state.image.names[path] != nil else { throw state.error(.notFound, path) }
      state.image.names[path] = nil
      state.image.pendingNames.append(.unlink(path: path))
    }
  }

  /// Makes all changes to names durable, whatever directory they are in.
  public func syncDirectory(_ path: String) throws(DiskError) {
    try state.perform(.syncDirectory, path) { state throws(DiskError) in
      for change in state.image.pendingNames {
        DiskImage.apply(change, to: &state.image.durableNames)
      }
      state.image.pendingNames = []
    }
  }

  /// Takes the lock file at `path`.
  public func lock(_ path: String) throws(DiskError) -> any DiskFile {
    try state.perform(.lock, path) { state throws(DiskError) in
      guard !state.locks.contains(path) else { throw state.error(.locked, path) }
      let file: Int
      if let found = state.image.names[path] { file = found } else { file = try state.link(path) }
      state.locks.insert(path)
      state.openFiles += 1
      return SimulatedDiskFile(disk: self, file: file, path: path, lock: path)
    }
  }
}
