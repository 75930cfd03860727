"""Which Asterisk modules a lab server loads: what a flow needs, the lab itself, and no more."""

from __future__ import annotations

_CORE = (
    *("res_timing_timerfd", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb"),
    *("pbx_config", "bridge_simple", "bridge_softmix", "bridge_holding"),
    *("bridge_builtin_features", "codec_ulaw", "codec_alaw", "codec_resample"),
    *("format_pcm", "format_wav", "format_sln", "format_gsm", "codec_gsm", "res_musiconhold"),
)
_SIP = (
    *("res_pjproject", "res_pjsip", "res_pjsip_session", "res_rtp_asterisk"),
    *("res_pjsip_sdp_rtp", "res_pjsip_caller_id", "res_pjsip_dtmf_info"),
    *("res_pjsip_header_funcs", "res_pjsip_diversion", "res_pjsip_rfc3326", "res_pjsip_logger"),
    *("res_pjsip_endpoint_identifier_user", "res_pjsip_endpoint_identifier_ip"),
    *("res_pjsip_endpoint_identifier_anonymous", "res_pjsip_authenticator_digest"),
    "res_pjsip_pubsub",  # chan_pjsip does not load without it
    *("res_pjsip_refer", "chan_pjsip"),
)
_APPLICATIONS = (
    *("res_speech", "res_agi", "res_clioriginate"),
    *("app_dial", "app_queue", "app_playback", "app_read", "app_readexten", "app_record"),
    *("app_mixmonitor", "app_stack", "app_verbose", "app_echo", "app_exec", "app_system"),
    *("app_sayunixtime", "app_senddtmf", "app_userevent", "app_while", "app_originate"),
    *("app_transfer", "app_playtones", "app_db", "app_cdr", "app_dtmfstore", "app_confbridge"),
    *("app_controlplayback", "app_softhangup", "app_chanspy", "app_waitforsilence"),
)
_RECORDS = ("res_cdrel_custom", "cdr_custom")
_FUNCTIONS = (
    *("func_callerid", "func_cdr", "func_channel", "func_cut", "func_db", "func_devstate"),
    *("func_dialplan", "func_env", "func_frame_drop", "func_global", "func_groupcount"),
    *("func_hangupcause", "func_json", "func_lock", "func_logic", "func_math", "func_md5"),
    *("func_base64", "func_periodic_hook", "func_rand", "func_sha1", "func_shell"),
    *("func_sprintf", "func_strings", "func_timeout", "func_uri", "func_uuid"),
    *("func_version", "func_volume", "func_pjsip_endpoint", "func_talkdetect"),
)

MODULES = (*_CORE, *_SIP, *_APPLICATIONS, *_RECORDS, *_FUNCTIONS)
