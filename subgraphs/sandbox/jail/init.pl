# Process 1 of a jail. Node can neither set limits of its own, fork, nor wait for a whole tree; perl can, lies in the
# base of every Debian, and starts in two milliseconds. It reads frames from the control socket (one letter, a length of
# four bytes, the body; init-protocol.ts writes them), and when it ends, the kernel ends all that is left in here.
use strict;

my ($fd, $extras) = @ARGV;
open(my $control, '+<&=', $fd) or exit 125;
fcntl($control, 2, 1);    # F_SETFD, FD_CLOEXEC

# What the service itself was started with is not for the program.
opendir(my $open, '/proc/self/fd') or exit 125;
for my $inherited (grep { /^\d+$/ && $_ > 2 + $extras && $_ != $fd && $_ != fileno $open } readdir $open) {
    if (open(my $copy, '<&=', $inherited)) { close $copy }
}
closedir $open;

sub tell_service {
    my ($kind, $body) = @_;
    syswrite($control, $kind . pack('N', length $body) . $body);
}

sub fail {
    my ($what) = @_;
    tell_service('E', join "\0", 0 + $!, "$what: $!");
    exit 125;
}

sub take {
    my ($size) = @_;
    my $bytes = '';
    while (length $bytes < $size) {
        my $read = sysread($control, $bytes, $size - length $bytes, length $bytes);
        exit 125 unless $read;    # The service is gone.
    }
    return $bytes;
}

sub take_frame {
    my ($kind, $size) = unpack('a N', take(5));
    return ($kind, $size ? take($size) : '');
}

sub write_file {
    my ($path, $bytes) = @_;
    for (my $at = 0; ($at = index($path, '/', $at + 1)) > 0;) {
        my $folder = substr($path, 0, $at);
        -d $folder or mkdir($folder, 0755) or fail('A folder cannot be made');
    }
    sysopen(my $file, $path, 0xC1, 0644) or fail('A file cannot be made');    # O_WRONLY | O_CREAT | O_EXCL
    for (my $at = 0; $at < length $bytes;) {
        $at += syswrite($file, $bytes, length($bytes) - $at, $at) || fail('A file cannot be written');
    }
    close $file;
}

my (@command, %environment, @limits, $folder, $terminal);

tell_service('R', '');    # All is mounted.
while (1) {
    my ($kind, $body) = take_frame();
    if    ($kind eq 'A') { push @command, $body }
    elsif ($kind eq 'V') { my ($name, $value) = split /\0/, $body, 2; $environment{$name} = $value }
    elsif ($kind eq 'L') { push @limits, [split ' ', $body] }                    # prlimit's number, resource, value
    elsif ($kind eq 'F') { my $end = index($body, "\0"); write_file(substr($body, 0, $end), substr($body, $end + 1)) }
    elsif ($kind eq 'D') { $folder = $body }
    elsif ($kind eq 'T') { $terminal = 1 }
    elsif ($kind eq 'G') { last }
}

# Closed by a start that succeeds.
pipe(my $starting, my $started) or fail('No pipe can be made');
my $program = fork // fail('No process can be made');
if (!$program) {
    close $starting;
    setpgrp(0, 0);
    chdir $folder or fail('The working folder cannot be entered');
    for (@limits) {
        my ($call, $resource, $value) = @$_;
        my $now = pack('QQ', 0, 0);
        syscall(0 + $call, 0, 0 + $resource, 0, $now) == 0 or fail('A limit cannot be read');
        my (undef, $most) = unpack('QQ', $now);
        $value = $most if $most < $value;
        my $new = pack('QQ', $value, $value);
        syscall(0 + $call, 0, 0 + $resource, $new, 0) == 0 or fail('A limit cannot be set');
    }
    %ENV = %environment;
    exec {$command[0]} @command;
    my $reason = 0 + $!;
    syswrite($started, 'x');
    $! = $reason;
    fail('The program cannot be started');
}
close $started;
exit 125 if sysread($starting, my $failed, 1);
tell_service('S', '');

# Whoever reads the program's output sees its end when the program closes it, and not only when all is over.
for my $inherited (0 .. 2, 3 .. 2 + $extras) {
    if (open(my $copy, '<&=', $inherited)) { close $copy }
}

# Sizes of the terminal, for as long as there are any to come. The first one opened in here is the program's.
if ($terminal && !(fork // 1)) {
    while (1) {
        my ($kind, $body) = take_frame();
        if ($kind eq 'W' && open(my $tty, '+<', '/dev/pts/0')) { ioctl($tty, 0x5414, $body) }    # TIOCSWINSZ
    }
}

while ((my $died = wait) != -1) {
    next if $died != $program;
    my $status = $?;
    my (undef, undef, $user, $system) = times;
    tell_service('Z', pack('N N', $status, ($user + $system) * 1000));
    last;
}
