// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The standard output and error of the process, for its commands.
public enum StandardStreams {
  /// Whether the standard output is a terminal that understands colours.
  public static let isTerminal = isTerminal(STDOUT_FILENO)

  /// Whether the standard error is one.
  public static let isErrorTerminal = isTerminal(STDERR_FILENO)

  private static func isTerminal(_ stream: Int32) -> Bool {
    isatty(stream) == 1 && getenv("NO_COLOR") == nil
      && getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
  }

  /// The terminal's width in characters; 80 where there is none.
  public static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes text to the standard output.
  @Sendable public static func write(_ text: String) {
    fputs(text, stdout)
    if isTerminal { fflush(stdout) }
  }

  /// Writes text to the standard error, after what was written to the output before.
  @Sendable public static func writeError(_ text: String) {
    fflush(stdout)
    fputs(text, stderr)
  }

  /// Sends out what is buffered.
  public static func flush() { fflush(stdout) }
}

/// The end of the process.
public enum ProcessExit {
  /// Ends the process with `status`.
  public static func exit(_ status: Int32) -> Never {
    fflush(stdout)
    #if canImport(Glibc)
      Glibc.exit(status)
    #else
      Darwin.exit(status)
    #endif
  }
}

/// The variables of the process's environment.
public enum ProcessEnvironment {
  /// The value of a variable.
  @Sendable public static func value(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
