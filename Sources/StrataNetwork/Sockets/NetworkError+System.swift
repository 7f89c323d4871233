// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  private import Darwin
#else
  private import Glibc
#endif

extension NetworkError {
  /// The error of the system call that has just failed on this thread.
  static func last(_ operation: String) -> NetworkError { system(errno, operation) }

  /// The error for the system's error `number`.
  static func system(_ number: Int32, _ operation: String) -> NetworkError {
    NetworkError(code(of: number), operation: operation, number: number)
  }

  private static func code(of number: Int32) -> Code {
    switch number {
    case ECONNREFUSED, ENOENT: .refused
    case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable
    case ETIMEDOUT: .timedOut
    case ECONNRESET, EPIPE, ECONNABORTED: .reset
    case EADDRINUSE, EADDRNOTAVAIL: .addressUnavailable
    case EACCES, EPERM: .denied
    case EMFILE, ENFILE: .tooManyFiles
    case ECANCELED: .closed
    default: .failed
    }
  }
}
