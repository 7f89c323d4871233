// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension SimulatedDisk.State {
  func error(_ code: DiskError.Code, _ path: String) -> DiskError {
    DiskError(code, operation: "simulated", path: path)
  }

  func mayChange(_ path: String) throws(DiskError) {
    if isReadOnly { throw error(.readOnly, path) }
  }

  mutating func link(_ path: String) throws(DiskError) -> Int {
    try mayChange(path)
    let file = image.makeFile()
    image.names[path] = file
    image.pendingNames.append(.link(path: path, file: file))
    return file
  }

  mutating func change(_ file: Int, _ change: DiskImage.Change) {
    guard image.files[file] != nil else { return }
    DiskImage.apply(change, to: &image.files[file, default: .init()].current)
    image.files[file, default: .init()].pending.append(change)
  }

  mutating func sync(_ file: Int) {
    guard var synced = image.files.removeValue(forKey: file) else { return }
    for change in synced.pending { DiskImage.apply(change, to: &synced.durable) }
    synced.pending = []
    image.files[file] = synced
  }

  /// Counts the operation, shows the disk to the witness, and returns the fault if it is not an
  /// error.
  mutating func begin(_ operation: DiskOperation, _ path: String) throws(DiskError) -> DiskFault? {
    let index = operations
    operations += 1
    witness?(index, image)
    let fault = plan?(index, operation)
    if case .error(let code) = fault {
      throw DiskError(code, operation: operation.rawValue, path: path, number: 5)
    }
    return fault
  }
}

extension Lock where State == SimulatedDisk.State {
  borrowing func perform<Value: Sendable>(
    _ operation: DiskOperation, _ path: String,
    _ body: (inout SimulatedDisk.State) throws(DiskError) -> Value
  ) throws(DiskError) -> Value {
    try perform(operation, path) { state, _ throws(DiskError) in try body(&state) }
  }

  borrowing func perform<Value: Sendable>(
    _ operation: DiskOperation, _ path: String,
    _ body: (inout SimulatedDisk.State, DiskFault?) throws(DiskError) -> Value
  ) throws(DiskError) -> Value {
    try withLock { state throws(DiskError) in
      let fault = try state.begin(operation, path)
      return try body(&state, fault)
    }
  }
}
