# fish completion for ec2-instance-connect(8)
# Made by "npm run docs" from the options of the program.
complete -c ec2-instance-connect -f
complete -c ec2-instance-connect -n 'not __fish_seen_subcommand_from authorized-keys verify-install verify-keys sshd debug' -a authorized-keys -d 'print the pushed keys that sshd may accept now (the AuthorizedKeysCommand)'
complete -c ec2-instance-connect -n 'not __fish_seen_subcommand_from authorized-keys verify-install verify-keys sshd debug' -a verify-install -d 'check everything that a login with a pushed key depends on'
complete -c ec2-instance-connect -n 'not __fish_seen_subcommand_from authorized-keys verify-install verify-keys sshd debug' -a verify-keys -d 'verify captured keys offline, exactly as for a login'
complete -c ec2-instance-connect -n 'not __fish_seen_subcommand_from authorized-keys verify-install verify-keys sshd debug' -a sshd -d 'configure sshd to ask this program for keys, or show whether it does'
complete -c ec2-instance-connect -n 'not __fish_seen_subcommand_from authorized-keys verify-install verify-keys sshd debug' -a debug -d 'log every query of sshd and its answer for a limited time'
complete -c ec2-instance-connect -n 'not __fish_seen_subcommand_from authorized-keys verify-install verify-keys sshd debug' -l help -d 'show help'
complete -c ec2-instance-connect -n 'not __fish_seen_subcommand_from authorized-keys verify-install verify-keys sshd debug' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from authorized-keys; and test (count (string match -v -- "-*" (commandline -opc))) -eq 2' -a '(__fish_complete_users)'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from authorized-keys' -l explain -d 'also print each step to standard error: what was asked, found and decided'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from authorized-keys' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from authorized-keys' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l user -d 'the OS user to check' -x -a '(__fish_complete_users)'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l json -d 'print the report as JSON (schema 1), indented'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l format -d 'print the report as text, as JSON on one line, or as Prometheus metrics' -x -a 'text json prometheus'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l metrics -d 'also write the metrics to this file (PATH.prom) if its folder exists' -r -F
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l offline -d 'skip the checks that need IMDS, such as while building an image'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l since -d 'how far back to read refusals in the log, such as 30m, 2h or 3d' -x
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-install' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l keys -d 'file with the user\'s pushed keys (active-keys/<user>/)' -r -F
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l signer-cert -d 'file with the certificate chain (signer-cert/)' -r -F
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l signer-ocsp -d 'folder of OCSP responses, one per file, DER or base64, any file names' -x -a '(__fish_complete_directories)'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l instance-id -d 'the instance that the keys were pushed for' -x
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l signer-name -d 'the signer\'s name, managed-ssh-signer.<region>.<domain>' -x
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l trust-anchors -d 'file with the trusted CA certificates, PEM' -r -F
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l fingerprint -d 'verify only this key, SHA256:... or MD5:...' -x
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l at -d 'verify as of this time, in Unix seconds' -x
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l json -d 'print every verdict as JSON'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from verify-keys' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and not __fish_seen_subcommand_from enable disable adopt status' -a enable -d 'make this program the AuthorizedKeysCommand'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and not __fish_seen_subcommand_from enable disable adopt status' -a disable -d 'remove the sshd configuration that enable or adopt wrote'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and not __fish_seen_subcommand_from enable disable adopt status' -a adopt -d 'run another AuthorizedKeysCommand together with this program'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and not __fish_seen_subcommand_from enable disable adopt status' -a status -d 'show which AuthorizedKeysCommand is effective and where it is set'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and not __fish_seen_subcommand_from enable disable adopt status' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and not __fish_seen_subcommand_from enable disable adopt status' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from enable' -l dry-run -d 'print each change as a diff and change nothing'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from enable' -l restart -d 'restart sshd if a reload is not enough; open sessions stay connected'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from enable' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from enable' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from disable' -l dry-run -d 'print each change as a diff and change nothing'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from disable' -l restart -d 'restart sshd if a reload is not enough; open sessions stay connected'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from disable' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from disable' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from adopt' -l dry-run -d 'print each change as a diff and change nothing'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from adopt' -l try-user -d 'a login user for whom the other command has keys' -x -a '(__fish_complete_users)'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from adopt' -l try-key -d 'a file with a public key or certificate that the other command accepts' -r -F
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from adopt' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from adopt' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from status' -l user -d 'evaluate Match blocks for this login user' -x -a '(__fish_complete_users)'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from status' -l json -d 'print the status as JSON'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from status' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from sshd; and __fish_seen_subcommand_from status' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and not __fish_seen_subcommand_from on off status' -a on -d 'log every query of sshd for a limited time'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and not __fish_seen_subcommand_from on off status' -a off -d 'stop logging every query of sshd'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and not __fish_seen_subcommand_from on off status' -a status -d 'show whether every query is logged, and until when'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and not __fish_seen_subcommand_from on off status' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and not __fish_seen_subcommand_from on off status' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and __fish_seen_subcommand_from on' -l for -d 'for how long: 1s to 24h, such as 90s, 10m or 2h' -x
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and __fish_seen_subcommand_from on' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and __fish_seen_subcommand_from on' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and __fish_seen_subcommand_from off' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and __fish_seen_subcommand_from off' -l version -d 'show the version'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and __fish_seen_subcommand_from status' -l help -d 'show help'
complete -c ec2-instance-connect -n '__fish_seen_subcommand_from debug; and __fish_seen_subcommand_from status' -l version -d 'show the version'
