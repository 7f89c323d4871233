// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Glibc
import StrataNetwork
import StrataSystem

/// Certificates for tests, made by the `openssl` command when first needed.
final class Certificates: Sendable {
  static let shared = Certificates()

  /// The authority that signed everything but the stranger.
  let authority: String
  /// An authority that signed nothing of ours.
  let otherAuthority: String
  /// For `localhost`, `127.0.0.1` and `*.cache.test`.
  let server: TLSOptions.Identity
  /// For `elsewhere.test` only.
  let elsewhere: TLSOptions.Identity
  /// For `localhost`, but its time has passed.
  let expired: TLSOptions.Identity
  /// A client's.
  let client: TLSOptions.Identity

  private let directory: String

  private init() {
    var template = Array("/tmp/strata-tls-XXXXXX".utf8CString)
    directory = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    let make = Maker(directory: directory)
    authority = make.authority("authority")
    otherAuthority = make.authority("other")
    let local = "DNS:localhost,IP:127.0.0.1,DNS:*.cache.test"
    server = make.identity("server", names: local)
    elsewhere = make.identity("elsewhere", names: "DNS:elsewhere.test")
    expired = make.identity("expired", names: local, isExpired: true)
    client = make.identity("client", names: "DNS:client.test")
    Self.removeAtExit(directory)
  }
}

extension Certificates {
  private static let doomed = Shared("")

  fileprivate static func removeAtExit(_ directory: String) {
    doomed.withLock { $0 = directory }
    atexit {
      let directory = Certificates.doomed.value
      let disk = SystemDisk()
      for name in (try? disk.names(in: directory)) ?? [] {
        try? disk.remove("\(directory)/\(name)")
      }
      rmdir(directory)
    }
  }
}

/// Runs the `openssl` command.
private struct Maker {
  let directory: String

  func authority(_ name: String) -> String {
    run(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", path(name, "key"), "-out", path(name, "crt"), "-days", "2",
      "-subj", "/CN=Strata test \(name)")
    return path(name, "crt")
  }

  func identity(_ name: String, names: String, isExpired: Bool = false) -> TLSOptions.Identity {
    run(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", path(name, "key"), "-out", path(name, "csr"), "-subj", "/CN=\(name)")
    let extensions = path(name, "ext")
    write("subjectAltName=\(names)\n", to: extensions)
    run(
      "x509", "-req", "-in", path(name, "csr"), "-CA", path("authority", "crt"),
      "-CAkey", path("authority", "key"), "-CAcreateserial", "-out", path(name, "crt"),
      "-days", isExpired ? "-1" : "2", "-extfile", extensions)
    return TLSOptions.Identity(
      certificateFile: path(name, "crt"), keyFile: path(name, "key"))
  }

  private func path(_ name: String, _ kind: String) -> String { "\(directory)/\(name).\(kind)" }

  private func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  private func run(_ arguments: String...) {
    var words: [UnsafeMutablePointer<CChar>?] = (["openssl"] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var process: pid_t = 0
    let started = posix_spawnp(&process, "openssl", &actions, nil, words, environ)
    posix_spawn_file_actions_destroy(&actions)
    var status: Int32 = 0
    guard started == 0, waitpid(process, &status, 0) == process, status == 0 else {
      fatalError("openssl \(arguments.first ?? "") failed (\(started), \(status))")
    }
  }
}
