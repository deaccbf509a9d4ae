{
  "variables": {
    # Every C file below src/, so that a new one needs no entry here.
    "core_sources": "<!(node -p \"require('node:fs').readdirSync('src', { recursive: true }).filter((f) => f.endsWith('.c')).sort().map((f) => 'src/' + f).join(' ')\")",
    "strict_flags": "<!(node -p \"process.env.PC_WERROR ? '-Werror' : ''\")"
  },
  "targets": [
    {
      "target_name": "performance_client",
      "sources": ["<@(core_sources)"],
      "include_dirs": ["src"],
      "defines": ["_GNU_SOURCE", "NAPI_VERSION=8"],
      "cflags!": ["-Wno-unused-parameter"],
      "cflags": [
        "<!@(pkg-config --cflags libcurl libcjson zlib libbrotlidec libzstd)",
        "-fvisibility=hidden",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Wshadow",
        "-Wconversion",
        "-Wvla"
      ],
      "cflags_c": [
        "-std=c11",
        "-Wstrict-prototypes",
        "-Wmissing-prototypes",
        "<@(strict_flags)"
      ],
      "libraries": ["<!@(pkg-config --libs libcurl libcjson zlib libbrotlidec libzstd)"],
      # A resolver thread of libcurl may outlive the worker that loaded us.
      "ldflags": ["-Wl,-z,nodelete"],
      "conditions": [
        [
          "OS=='mac'",
          {
            "ldflags!": ["-Wl,-z,nodelete"],
            "xcode_settings": {
              "GCC_C_LANGUAGE_STANDARD": "c11",
              "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
              "OTHER_CFLAGS": ["<!@(pkg-config --cflags libcurl libcjson zlib libbrotlidec libzstd)"]
            }
          }
        ]
      ]
    }
  ]
}
