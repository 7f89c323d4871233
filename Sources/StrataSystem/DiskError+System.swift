// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif
internal import StrataCore

extension DiskError {
  /// The error of the system call that has just failed on this thread.
  static func last(_ operation: String, _ path: String = "") -> DiskError {
    system(errno, operation, path)
  }

  /// The error for the system's error `number`.
  static func system(_ number: Int32, _ operation: String, _ path: String = "") -> DiskError {
    DiskError(code(of: number), operation: operation, path: path, number: number)
  }

  private static func code(of number: Int32) -> Code {
    switch number {
    case ENOENT, ENOTDIR: .notFound
    case EEXIST, ENOTEMPTY: .exists
    case EROFS: .readOnly
    case ENOSPC, EDQUOT, EFBIG: .full
    // The descriptors here are valid, so EBADF means a write to a file opened for reading.
    case EACCES, EPERM, EBADF: .denied
    case EWOULDBLOCK: .locked
    case EMFILE, ENFILE: .tooManyFiles
    case EINTR: .interrupted
    default: .failed
    }
  }
}
